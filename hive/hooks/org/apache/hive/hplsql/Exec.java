package org.apache.hive.hplsql;

import org.apache.hadoop.hive.metastore.IMetaStoreClient;
import org.apache.hive.hplsql.executor.QueryExecutor;

/**
 * The interpreter, refused. HiveServer2 asks for it when a session sets its variable `mode` to HPLSQL, which no list of
 * allowed settings covers. Hive's runs programs (HOST) and reads and writes files as the account of HiveServer2, for
 * every user, and no authorization is asked.
 */
public final class Exec {
  public Exec(Conf conf, Console console, QueryExecutor queries, IMetaStoreClient catalog, HplSqlSessionState session) {
    throw new UnsupportedOperationException("HPL/SQL is not available here");
  }
}
