package stackhouse.kdc;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.kerby.kerberos.kerb.KrbException;
import org.apache.kerby.kerberos.kerb.identity.backend.AbstractIdentityBackend;
import org.apache.kerby.kerberos.kerb.keytab.Keytab;
import org.apache.kerby.kerberos.kerb.keytab.KeytabEntry;
import org.apache.kerby.kerberos.kerb.request.KrbIdentity;
import org.apache.kerby.kerberos.kerb.type.base.PrincipalName;

/**
 * A directory of keytabs as the database of a KDC: every entry of every *.keytab is a principal. Who writes a keytab
 * makes a principal, who removes it ends one. The directory is read at every request, so nothing is reloaded; that costs
 * a few files of a hundred bytes.
 */
public final class KeytabBackend extends AbstractIdentityBackend {
  static final String DIRECTORY = "stackhouse.keytabs";

  @Override
  protected KrbIdentity doGetIdentity(String name) throws KrbException {
    KrbIdentity identity = null;
    for (KeytabEntry entry : entries()) {
      if (entry.getPrincipal().getName().equals(name)) {
        identity = identity == null ? new KrbIdentity(name) : identity;
        identity.addKey(entry.getKey());
        identity.setKeyVersion(entry.getKvno());
      }
    }
    return identity;
  }

  @Override
  protected Iterable<String> doGetIdentities() throws KrbException {
    TreeSet<String> names = new TreeSet<>();
    for (KeytabEntry entry : entries()) {
      names.add(entry.getPrincipal().getName());
    }
    return names;
  }

  @Override
  protected KrbIdentity doAddIdentity(KrbIdentity identity) {
    throw new UnsupportedOperationException("a principal is added by its keytab");
  }

  @Override
  protected KrbIdentity doUpdateIdentity(KrbIdentity identity) {
    throw new UnsupportedOperationException("a principal is changed by its keytab");
  }

  @Override
  protected void doDeleteIdentity(String name) {
    throw new UnsupportedOperationException("a principal ends with its keytab");
  }

  private List<KeytabEntry> entries() throws KrbException {
    File directory = new File(getConfig().getString(DIRECTORY));
    File[] files = directory.listFiles((parent, name) -> name.endsWith(".keytab"));
    if (files == null) {
      throw new KrbException(directory + " cannot be read");
    }
    List<KeytabEntry> found = new ArrayList<>();
    for (File file : files) {
      found.addAll(entriesOf(file));
    }
    return found;
  }

  private static List<KeytabEntry> entriesOf(File file) throws KrbException {
    List<KeytabEntry> found = new ArrayList<>();
    try {
      Keytab keytab = Keytab.loadKeytab(file);
      for (PrincipalName principal : keytab.getPrincipals()) {
        found.addAll(keytab.getKeytabEntries(principal));
      }
    } catch (IOException problem) {
      throw new KrbException(file + " cannot be read", problem);
    }
    return found;
  }
}
