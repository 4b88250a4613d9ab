package org.apache.calcite.rel.metadata;

import java.lang.reflect.Method;
import org.apache.calcite.plan.RelOptPlanner;
import org.apache.calcite.rel.RelNode;
import org.apache.hive.com.google.common.collect.Multimap;

/**
 * Stands in the place of Calcite's class, whose objects are equal to nothing but themselves.
 *
 * <p>The planner of Hive wraps its one metadata provider in a new object before every step. Calcite keeps the handlers
 * that it generates and compiles for a provider in a map. It never found such a provider again, so each statement
 * compiled its handlers once more, which took half the time of planning it. Two of these objects are equal if the
 * providers that they wrap are equal.
 *
 * <p>Nothing is cached here: Hive asks for handlers only, never for what Calcite's class caches.
 */
public class CachingRelMetadataProvider implements RelMetadataProvider {
  private final RelMetadataProvider wrapped;

  public CachingRelMetadataProvider(RelMetadataProvider wrapped, RelOptPlanner planner) {
    this.wrapped = wrapped;
  }

  @Override
  public <M extends Metadata> UnboundMetadata<M> apply(
      Class<? extends RelNode> relClass, Class<? extends M> metadataClass) {
    return wrapped.apply(relClass, metadataClass);
  }

  @Override
  public <M extends Metadata> Multimap<Method, MetadataHandler<M>> handlers(MetadataDef<M> definition) {
    return wrapped.handlers(definition);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CachingRelMetadataProvider
        && wrapped.equals(((CachingRelMetadataProvider) other).wrapped);
  }

  @Override
  public int hashCode() {
    return 31 + wrapped.hashCode();
  }
}
