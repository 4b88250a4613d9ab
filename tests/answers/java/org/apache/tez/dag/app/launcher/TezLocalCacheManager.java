package org.apache.tez.dag.app.launcher;

import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.api.records.LocalResource;

/**
 * Stands before Tez's class of this name, which copies the files of a job for each of its tasks. In one process every
 * class is there already.
 */
public class TezLocalCacheManager {
  public TezLocalCacheManager(Map<String, LocalResource> resources, Configuration configuration) {}

  public void localize() {}

  public void cleanup() {}
}
