package org.apache.hive.hplsql;

/** What HiveServer2 implements for the interpreter. */
public interface Console {}
