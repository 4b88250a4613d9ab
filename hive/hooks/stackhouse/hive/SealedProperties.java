package stackhouse.hive;

import java.util.Properties;
import org.apache.hadoop.hive.ql.processors.SetProcessor;

/**
 * The system properties of HiveServer2, which {@code SET system:NAME=VALUE} of a session does not change. Hive lets every
 * user set them, for all sessions at once, and no list of allowed settings is asked.
 */
final class SealedProperties extends Properties {
  private static final long serialVersionUID = 1;

  private SealedProperties(Properties all) {
    putAll(all);
  }

  static void install() {
    System.setProperties(new SealedProperties(System.getProperties()));
  }

  @Override
  public synchronized Object setProperty(String name, String value) {
    if (StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
        .walk(frames -> frames.anyMatch(frame -> frame.getDeclaringClass() == SetProcessor.class))) {
      throw new IllegalArgumentException("SET system: is not allowed");
    }
    return super.setProperty(name, value);
  }
}
