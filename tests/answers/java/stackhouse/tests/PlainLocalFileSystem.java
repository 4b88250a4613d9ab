package stackhouse.tests;

import java.io.IOException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/** Local files of which everybody may do everything: Hadoop starts a process for each permission it reads or sets. */
public class PlainLocalFileSystem extends LocalFileSystem {
  public PlainLocalFileSystem() {
    super(new Raw());
  }

  private static final class Raw extends RawLocalFileSystem {
    private static final FsPermission ALL = new FsPermission((short) 0777);

    @Override
    public void setPermission(Path path, FsPermission permission) {}

    @Override
    public void setOwner(Path path, String user, String group) {}

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
      return plain(super.getFileStatus(path));
    }

    @Override
    public FileStatus getFileLinkStatus(Path path) throws IOException {
      return getFileStatus(path);
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
      FileStatus[] found = super.listStatus(path);
      for (int number = 0; number < found.length; number++) {
        found[number] = plain(found[number]);
      }
      return found;
    }

    private static FileStatus plain(FileStatus found) {
      String user = System.getProperty("user.name");
      return new FileStatus(found.getLen(), found.isDirectory(), 1, found.getBlockSize(), found.getModificationTime(), 0,
          ALL, user, user, found.getPath());
    }
  }
}
