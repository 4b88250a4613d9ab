package stackhouse.tests;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Makes a file with a permission, given as octal digits, and prints the permission that it has. The third argument says whose
 * local files it is among: "ours" or Hadoop's.
 */
public class PermissionsOfLocalFiles {
  private PermissionsOfLocalFiles() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments[2].equals("ours")) {
      // Compiled without the jar that has it.
      Method install = Class.forName("stackhouse.hive.LocalFiles").getDeclaredMethod("install");
      install.setAccessible(true);
      install.invoke(null);
    }
    FileSystem local = FileSystem.getLocal(new Configuration());
    FileSystem.create(local, new Path(arguments[0]), new FsPermission(arguments[1])).close();
    System.out.println(PosixFilePermissions.toString(Files.getPosixFilePermissions(Paths.get(arguments[0]))));
  }
}
