package stackhouse.hive;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.hive.conf.HiveConf;
import org.apache.hadoop.hive.ql.security.HiveAuthenticationProvider;
import org.apache.hadoop.hive.ql.security.authorization.plugin.HiveAccessControlException;
import org.apache.hadoop.hive.ql.security.authorization.plugin.HiveAuthorizer;
import org.apache.hadoop.hive.ql.security.authorization.plugin.HiveAuthorizerImpl;
import org.apache.hadoop.hive.ql.security.authorization.plugin.HiveAuthzContext;
import org.apache.hadoop.hive.ql.security.authorization.plugin.HiveAuthzPluginException;
import org.apache.hadoop.hive.ql.security.authorization.plugin.HiveAuthzSessionContext;
import org.apache.hadoop.hive.ql.security.authorization.plugin.HiveMetastoreClientFactory;
import org.apache.hadoop.hive.ql.security.authorization.plugin.HiveOperationType;
import org.apache.hadoop.hive.ql.security.authorization.plugin.HivePrivilegeObject;
import org.apache.hadoop.hive.ql.security.authorization.plugin.HivePrivilegeObject.HivePrivilegeObjectType;
import org.apache.hadoop.hive.ql.security.authorization.plugin.sqlstd.SQLStdHiveAccessControllerWrapper;
import org.apache.hadoop.hive.ql.security.authorization.plugin.sqlstd.SQLStdHiveAuthorizationValidator;
import org.apache.hadoop.hive.ql.security.authorization.plugin.sqlstd.SQLStdHiveAuthorizerFactory;

/**
 * SQL-standard authorization for all but the owner of the stack, and without its holes.
 *
 * <p>The owner, named by hive.users.in.admin.role, made all that is there and may do what the server allows anybody; asking
 * the metastore for grants would only cost time. What SQL-standard authorization in Hive 4.0.1 lets everybody do is
 * refused to the others: to read any table by a copy (EXPORT), to make databases, tables and directories.
 */
public final class OwnerAuthorizer extends SQLStdHiveAuthorizerFactory {
  private static final Set<HiveOperationType> FOR_THE_OWNER =
      EnumSet.of(
          HiveOperationType.EXPORT,
          HiveOperationType.IMPORT,
          HiveOperationType.LOAD,
          HiveOperationType.CREATEDATABASE,
          HiveOperationType.CREATETABLE,
          HiveOperationType.CREATETABLE_AS_SELECT,
          HiveOperationType.CREATEVIEW,
          HiveOperationType.CREATE_MATERIALIZED_VIEW,
          HiveOperationType.CREATEFUNCTION,
          HiveOperationType.CREATEMACRO,
          HiveOperationType.RELOADFUNCTION,
          HiveOperationType.KILL_QUERY,
          HiveOperationType.ABORT_TRANSACTIONS);

  // Here, since HiveServer2 has no hook at its own start, and makes an authorizer before it opens its port
  // (CLIService.init), so no session is earlier. A session cannot do without it: the setting is restricted.
  static {
    SealedProperties.install();
    LocalFiles.install();
  }

  @Override
  public HiveAuthorizer createHiveAuthorizer(
      HiveMetastoreClientFactory clients,
      HiveConf conf,
      HiveAuthenticationProvider authenticator,
      HiveAuthzSessionContext context)
      throws HiveAuthzPluginException {
    SQLStdHiveAccessControllerWrapper roles =
        new SQLStdHiveAccessControllerWrapper(clients, conf, authenticator, context);
    return new HiveAuthorizerImpl(roles, new Validator(clients, conf, authenticator, roles, context));
  }

  private static final class Validator extends SQLStdHiveAuthorizationValidator {
    private final HiveConf conf;
    private final HiveAuthenticationProvider authenticator;

    Validator(
        HiveMetastoreClientFactory clients,
        HiveConf conf,
        HiveAuthenticationProvider authenticator,
        SQLStdHiveAccessControllerWrapper roles,
        HiveAuthzSessionContext context)
        throws HiveAuthzPluginException {
      super(clients, conf, authenticator, roles, context);
      this.conf = conf;
      this.authenticator = authenticator;
    }

    @Override
    public void checkPrivileges(
        HiveOperationType operation,
        List<HivePrivilegeObject> inputs,
        List<HivePrivilegeObject> outputs,
        HiveAuthzContext context)
        throws HiveAuthzPluginException, HiveAccessControlException {
      if (isOwner()) {
        return;
      }
      if (FOR_THE_OWNER.contains(operation) || writesFiles(outputs)) {
        throw new HiveAccessControlException(
            "Permission denied: " + operation + " is for the owner of the stack, not for " + authenticator.getUserName());
      }
      super.checkPrivileges(operation, inputs, outputs, context);
    }

    @Override
    public List<HivePrivilegeObject> filterListCmdObjects(List<HivePrivilegeObject> objects, HiveAuthzContext context) {
      return isOwner() ? objects : super.filterListCmdObjects(objects, context);
    }

    private boolean isOwner() {
      String owner = conf.getVar(HiveConf.ConfVars.USERS_IN_ADMIN_ROLE);
      return !owner.isEmpty() && owner.equals(authenticator.getUserName());
    }

    /** INSERT OVERWRITE [LOCAL] DIRECTORY is a query; it writes files as the account of HiveServer2. */
    private static boolean writesFiles(List<HivePrivilegeObject> outputs) {
      return outputs.stream()
          .map(HivePrivilegeObject::getType)
          .anyMatch(kind -> kind == HivePrivilegeObjectType.LOCAL_URI || kind == HivePrivilegeObjectType.DFS_URI);
    }
  }
}
