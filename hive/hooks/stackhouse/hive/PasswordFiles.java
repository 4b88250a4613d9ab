package stackhouse.hive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.security.sasl.AuthenticationException;
import org.apache.hadoop.conf.Configurable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hive.service.auth.PasswdAuthenticationProvider;

/**
 * The passwords of HiveServer2, in a directory that only the account of the stack can read. Read at every session, so that
 * a user who is added or removed needs no restart.
 *
 * <p>The owner's file, NAME.password, is the password itself: the commands of the owner read the same file. Any other
 * user has NAME.login: rounds, salt and hash of PBKDF2 with SHA-256 (RFC 8018), salt and hash in hexadecimal digits, as
 * warehouse/settings/logins.py writes it.
 */
public final class PasswordFiles implements PasswdAuthenticationProvider, Configurable {
  /** Property with the directory. */
  public static final String DIRECTORY = "stackhouse.users.directory";

  /** Names that are no path to another place. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}");

  private static final int BITS = 256;

  private Configuration conf;

  @Override
  public void setConf(Configuration given) {
    conf = given;
  }

  @Override
  public Configuration getConf() {
    return conf;
  }

  @Override
  public void Authenticate(String user, String password) throws AuthenticationException {
    if (!NAME.matcher(user).matches() || !isRight(user, password)) {
      throw new AuthenticationException("user or password is wrong");
    }
  }

  private boolean isRight(String user, String password) throws AuthenticationException {
    Path directory = Path.of(conf.get(DIRECTORY));
    Path own = directory.resolve(user + ".password");
    Path hashed = directory.resolve(user + ".login");
    try {
      if (Files.exists(own)) {
        byte[] wanted = Files.readString(own).strip().getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(wanted, password.getBytes(StandardCharsets.UTF_8));
      }
      return Files.exists(hashed) && matches(Files.readString(hashed).strip(), password);
    } catch (IOException | GeneralSecurityException | IllegalArgumentException problem) {
      throw new AuthenticationException("the file with the password of " + user + " cannot be used", problem);
    }
  }

  private static boolean matches(String line, String password) throws GeneralSecurityException {
    String[] fields = line.split(" ", -1);
    if (fields.length != 3) {
      throw new IllegalArgumentException("expected rounds, salt and hash");
    }
    byte[] salt = HexFormat.of().parseHex(fields[1]);
    PBEKeySpec asked = new PBEKeySpec(password.toCharArray(), salt, Integer.parseInt(fields[0]), BITS);
    byte[] found = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(asked).getEncoded();
    return MessageDigest.isEqual(HexFormat.of().parseHex(fields[2]), found);
  }
}
