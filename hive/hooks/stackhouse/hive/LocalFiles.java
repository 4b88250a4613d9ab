package stackhouse.hive;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * The local files of HiveServer2, whose permissions it sets itself. Hadoop without its native library, which is not on Maven,
 * starts a process for that: two for each statement with an answer of its own, such as SHOW, which took 30 ms.
 */
final class LocalFiles extends LocalFileSystem {
  private static final int ALL_BITS = 0777;

  private LocalFiles() {
    super(new Raw());
  }

  /**
   * Makes them the local files of this process. They are put where Hadoop keeps its one file system a user, not into the
   * configuration: Tez would take that over, and its containers do not have this class.
   */
  static void install() {
    Configuration conf = new Configuration();
    conf.setClass("fs.file.impl", LocalFiles.class, FileSystem.class);
    try {
      FileSystem.getLocal(conf).close();
      FileSystem.getLocal(conf);
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  private static final class Raw extends RawLocalFileSystem {
    @Override
    public void setPermission(Path path, FsPermission permission) throws IOException {
      if (permission.getStickyBit()) {
        super.setPermission(path, permission);
        return;
      }
      String letters = new FsPermission((short) (permission.toShort() & ALL_BITS)).toString();
      Files.setPosixFilePermissions(pathToFile(path).toPath(), PosixFilePermissions.fromString(letters));
    }
  }
}
