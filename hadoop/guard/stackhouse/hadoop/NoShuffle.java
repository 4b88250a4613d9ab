package stackhouse.hadoop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

import org.apache.hadoop.mapred.ShuffleHandler;
import org.apache.hadoop.yarn.server.api.ApplicationInitializationContext;
import org.apache.hadoop.yarn.server.api.ApplicationTerminationContext;
import org.apache.hadoop.yarn.server.api.AuxiliaryService;

/**
 * Stands where the shuffle server of a NodeManager would, on a stack of one node. There Tez reads the output of the tasks before
 * from the disk (tez.runtime.optimize.local.fetch) and asks the server for nothing, which would listen on every address of the
 * machine: ShuffleHandler.serviceStart binds a port and no host.
 */
public final class NoShuffle extends AuxiliaryService {
  public NoShuffle() {
    super(ShuffleHandler.MAPREDUCE_SHUFFLE_SERVICEID);
  }

  @Override
  public void initializeApplication(ApplicationInitializationContext context) {}

  @Override
  public void stopApplication(ApplicationTerminationContext context) {}

  /** The port by which Tez tells one node from another, here always the same one. */
  @Override
  public ByteBuffer getMetaData() {
    int port = getConfig().getInt(ShuffleHandler.SHUFFLE_PORT_CONFIG_KEY, ShuffleHandler.DEFAULT_SHUFFLE_PORT);
    try {
      return ShuffleHandler.serializeMetaData(port);
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }
}
