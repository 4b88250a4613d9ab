package stackhouse.hadoop;

import java.util.Map;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.http.FilterContainer;
import org.apache.hadoop.http.FilterInitializer;
import org.apache.hadoop.http.lib.StaticUserWebFilter;
import org.apache.hadoop.yarn.server.security.http.RMAuthenticationFilterInitializer;

/**
 * Puts the gate before every page of a web server of Hadoop, and then, where no tickets are asked for, the filters that it has
 * without configuration.
 */
public final class WebGuard extends FilterInitializer {
  @Override
  public void initFilter(FilterContainer container, Configuration configuration) {
    WebGuardFilter.use(configuration);
    container.addGlobalFilter("stackhouse", WebGuardFilter.class.getName(), Map.of());
    if (WebGate.asksForTickets(configuration)) {
      return;
    }
    // The ResourceManager adds its own, which reads user.name, only where StaticUserWebFilter is alone.
    if ("resourcemanager".equals(System.getProperty("stackhouse.service"))) {
      new RMAuthenticationFilterInitializer().initFilter(container, configuration);
    }
    new StaticUserWebFilter().initFilter(container, configuration);
  }
}
