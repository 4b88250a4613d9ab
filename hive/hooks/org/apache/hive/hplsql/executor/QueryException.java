package org.apache.hive.hplsql.executor;

/** What HiveServer2 throws to the interpreter. */
public final class QueryException extends RuntimeException {
  private static final long serialVersionUID = 1;
}
