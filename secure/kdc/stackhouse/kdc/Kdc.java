package stackhouse.kdc;

import org.apache.kerby.kerberos.kerb.identity.backend.BackendConfig;
import org.apache.kerby.kerberos.kerb.server.KdcConfig;
import org.apache.kerby.kerberos.kerb.server.KdcConfigKey;
import org.apache.kerby.kerberos.kerb.server.KdcServer;

/** The KDC of one machine, on its loopback address. Arguments: REALM PORT DIRECTORY-OF-KEYTABS. */
public final class Kdc {
  private static final String ADDRESS = "127.0.0.1";
  private static final long HOUR = 3600;

  private Kdc() {}

  public static void main(String[] arguments) throws Exception {
    String realm = arguments[0];
    int port = Integer.parseInt(arguments[1]);
    KdcServer server = new KdcServer(configuration(realm, port), backend(arguments[2]));
    server.setKdcHost(ADDRESS);
    server.setKdcRealm(realm);
    server.setKdcTcpPort(port);
    server.setAllowUdp(false);
    server.init();
    server.start();
    Thread.currentThread().join();
  }

  private static KdcConfig configuration(String realm, int port) {
    KdcConfig config = new KdcConfig();
    config.setString(KdcConfigKey.KDC_REALM, realm);
    config.setString(KdcConfigKey.KDC_HOST, ADDRESS);
    config.setInt(KdcConfigKey.KDC_TCP_PORT, port);
    config.setBoolean(KdcConfigKey.KDC_ALLOW_UDP, false);
    // Kerby's own choice is aes128 and des3, and clients that want aes256 would be refused.
    config.setString(KdcConfigKey.ENCRYPTION_TYPES, "aes256-cts-hmac-sha1-96");
    config.setBoolean(KdcConfigKey.PREAUTH_REQUIRED, true);
    config.setLong(KdcConfigKey.MAXIMUM_TICKET_LIFETIME, 24 * HOUR);
    config.setLong(KdcConfigKey.MAXIMUM_RENEWABLE_LIFETIME, 7 * 24 * HOUR);
    return config;
  }

  private static BackendConfig backend(String directory) {
    BackendConfig config = new BackendConfig();
    config.setString(KdcConfigKey.KDC_IDENTITY_BACKEND, KeytabBackend.class.getName());
    config.setString(KeytabBackend.DIRECTORY, directory);
    return config;
  }
}
