package org.apache.hive.hplsql.executor;

/** What HiveServer2 implements for the interpreter. */
public interface RowResult {}
