package stackhouse.hadoop;

import java.io.IOException;

import javax.servlet.Filter;
import javax.servlet.FilterChain;
import javax.servlet.FilterConfig;
import javax.servlet.ServletException;
import javax.servlet.ServletRequest;
import javax.servlet.ServletResponse;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

import org.apache.hadoop.conf.Configuration;

/** The gate before a server of servlets. */
public final class WebGuardFilter implements Filter {
  private static volatile WebGate gate;

  /** A servlet container makes filters itself and hands them only texts; a process has one configuration. */
  static void use(Configuration configuration) {
    gate = new WebGate(configuration);
  }

  @Override
  public void init(FilterConfig ignored) {}

  @Override
  public void destroy() {}

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    HttpServletRequest asked = (HttpServletRequest) request;
    String refusal = gate.foreign(asked.getHeader("Host"), asked.getHeader("Origin"));
    if (refusal == null && gate.keeps(path(asked), asked.getHeader(WebGate.KEY_HEADER))) {
      refusal = "this page is for the account that started the stack";
    }
    if (refusal == null) {
      chain.doFilter(request, response);
    } else {
      ((HttpServletResponse) response).sendError(HttpServletResponse.SC_FORBIDDEN, refusal);
    }
  }

  /** As the container has understood it: whatever the client encoded or doubled, this is the page it gets. */
  private static String path(HttpServletRequest asked) {
    String rest = asked.getPathInfo();
    return asked.getContextPath() + asked.getServletPath() + (rest == null ? "" : rest);
  }
}
