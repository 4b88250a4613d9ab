package stackhouse.hadoop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Set;
import java.util.regex.Pattern;

import org.apache.hadoop.conf.Configuration;

/**
 * Decides which requests the web servers of HDFS and YARN answer: none that a foreign web page sends through the browser of
 * the owner, and what tells of the inside of a daemon to the owner alone.
 */
final class WebGate {
  static final String KEY_HEADER = "X-Stackhouse-Key";

  private static final String HOSTS = "stackhouse.web.hosts";
  private static final String KEY_FILE = "stackhouse.web.key.file";
  private static final String NO_KEY = "none";

  private static final Pattern INNER = Pattern.compile(
      "/(conf|getJournal|imagetransfer|jmx|logLevel|logs|prof|prom|stacks)(/.*)?"
          + "|/(node|ws/v1/node)/containerlogs(/.*)?|/ws/v1/node/containers/[^/]+/logs(/.*)?");
  private static final Pattern STATE = Pattern.compile("/jmx(/.*)?");
  private static final Pattern PORT = Pattern.compile(":\\d*$");

  private final Set<String> hosts;
  private final byte[] key;
  private final boolean asksForTickets;

  WebGate(Configuration configuration) {
    hosts = Set.copyOf(configuration.getTrimmedStringCollection(HOSTS));
    key = readKey(configuration.getTrimmed(KEY_FILE, ""));
    asksForTickets = asksForTickets(configuration);
  }

  /** Whether the pages know who asks; then Hadoop itself keeps the inner ones for its administrators. */
  static boolean asksForTickets(Configuration configuration) {
    return "kerberos".equals(configuration.getTrimmed("hadoop.security.authentication"));
  }

  private static byte[] readKey(String file) {
    if (file.equals(NO_KEY)) {
      return null;
    }
    try {
      return Files.readString(Path.of(file)).trim().getBytes(StandardCharsets.UTF_8);
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  /**
   * Why a request is not for this server, null when it is. A page that makes its name point here (DNS rebinding) is known by
   * Host. One that sends a form or a script's request here is known by Origin, which no page can leave out or forge.
   */
  String foreign(String host, String origin) {
    if (host == null || !hosts.contains(PORT.matcher(host).replaceFirst(""))) {
      return "this server does not have the name in the header Host";
    }
    if (origin != null && !origin.equals("http://" + host) && !origin.equals("https://" + host)) {
      return "pages of another server may not send requests here";
    }
    return null;
  }

  /** Whether a page is for who has the key alone. Without a key nobody has it, and how the daemon is stays open. */
  boolean keeps(String path, String given) {
    if (asksForTickets || !INNER.matcher(path).matches()) {
      return false;
    }
    if (key == null) {
      return !STATE.matcher(path).matches();
    }
    return given == null || !MessageDigest.isEqual(key, given.getBytes(StandardCharsets.UTF_8));
  }
}
