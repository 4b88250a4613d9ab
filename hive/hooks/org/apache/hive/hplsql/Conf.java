package org.apache.hive.hplsql;

/** Settings of the interpreter: none. */
public final class Conf {}
