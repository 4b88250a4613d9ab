/**
 * In the place of Hive's HPL/SQL, whose jar is left out (hive/pom.xml): the few types that HiveServer2 has to find when it
 * loads its own classes, and an interpreter that refuses to start.
 */
package org.apache.hive.hplsql;
