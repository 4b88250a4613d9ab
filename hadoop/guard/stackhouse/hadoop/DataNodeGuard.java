package stackhouse.hadoop;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

import org.apache.hadoop.conf.Configuration;

/** The gate before a DataNode, whose WebHDFS knows no servlets. Its other pages have the filter behind this one. */
@Sharable
public final class DataNodeGuard extends ChannelInboundHandlerAdapter {
  private final WebGate gate;

  public DataNodeGuard(WebGate gate) {
    this.gate = gate;
  }

  /** Called by DatanodeHttpServer by name, which hands the result to the constructor. */
  public static WebGate initializeState(Configuration configuration) {
    return new WebGate(configuration);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    if (message instanceof HttpRequest request) {
      HttpHeaders headers = request.headers();
      String refusal = gate.foreign(headers.get(HttpHeaderNames.HOST), headers.get(HttpHeaderNames.ORIGIN));
      if (refusal != null) {
        ReferenceCountUtil.release(message);
        context.writeAndFlush(refused(refusal)).addListener(ChannelFutureListener.CLOSE);
        return;
      }
    }
    context.fireChannelRead(message);
  }

  private static HttpResponse refused(String reason) {
    byte[] text = (reason + "\n").getBytes(StandardCharsets.UTF_8);
    HttpResponse answer = new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1, HttpResponseStatus.FORBIDDEN, Unpooled.wrappedBuffer(text));
    answer.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
    answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, text.length);
    answer.headers().set(HttpHeaderNames.CONNECTION, "close");
    return answer;
  }
}
