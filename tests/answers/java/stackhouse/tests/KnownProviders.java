package stackhouse.tests;

import org.apache.calcite.rel.metadata.CachingRelMetadataProvider;
import org.apache.calcite.rel.metadata.ChainedRelMetadataProvider;
import org.apache.calcite.rel.metadata.JaninoRelMetadataProvider;
import org.apache.calcite.rel.metadata.RelMetadataProvider;
import org.apache.hive.com.google.common.collect.ImmutableList;

/** Fails where two steps of the planner of Hive, each of which wraps the same provider, would not share their handlers. */
public class KnownProviders {
  private KnownProviders() {}

  public static void main(String[] arguments) {
    RelMetadataProvider first = ofOneStep(JaninoRelMetadataProvider.DEFAULT);
    RelMetadataProvider second = ofOneStep(JaninoRelMetadataProvider.DEFAULT);
    if (!first.equals(second) || first.hashCode() != second.hashCode()) {
      throw new AssertionError("two steps have providers that are not equal");
    }
    if (first.equals(ofOneStep(first))) {
      throw new AssertionError("providers are equal that wrap others");
    }
  }

  private static RelMetadataProvider ofOneStep(RelMetadataProvider provider) {
    RelMetadataProvider chain = ChainedRelMetadataProvider.of(ImmutableList.of(provider));
    return JaninoRelMetadataProvider.of(new CachingRelMetadataProvider(chain, null));
  }
}
