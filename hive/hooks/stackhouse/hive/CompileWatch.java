package stackhouse.hive;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Ends threads that compile for too long. */
final class CompileWatch {
  private static final ScheduledExecutorService CLOCK =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "stackhouse-compile-watch");
            thread.setDaemon(true);
            return thread;
          });

  private static final Map<Thread, Future<?>> WATCHED = new HashMap<>();

  private static final long LATER_MILLISECONDS = 100;

  private CompileWatch() {}

  /** The calling thread begins to compile. */
  static synchronized void begin(int seconds) {
    Thread thread = Thread.currentThread();
    Future<?> before = WATCHED.put(thread, CLOCK.schedule(() -> stop(thread), seconds, TimeUnit.SECONDS));
    if (before != null) {
      before.cancel(false);
    }
  }

  /** The calling thread has compiled. Of this and the alarm only one happens. */
  static synchronized void end() {
    Future<?> alarm = WATCHED.remove(Thread.currentThread());
    if (alarm != null) {
      alarm.cancel(false);
    } else {
      // Stopping a thread interrupts it too, and Thrift closes the connection of an interrupted one.
      Thread.interrupted();
    }
  }

  // Java 17 has no other way to end a loop that looks at nothing.
  @SuppressWarnings({"deprecation", "removal"})
  private static synchronized void stop(Thread thread) {
    if (!WATCHED.containsKey(thread)) {
      return;
    }
    if (preparesClass(thread)) {
      WATCHED.put(thread, CLOCK.schedule(() -> stop(thread), LATER_MILLISECONDS, TimeUnit.MILLISECONDS));
    } else {
      WATCHED.remove(thread);
      thread.stop();
    }
  }

  // A class whose initializer is stopped is broken for every thread until the server starts again (JLS 12.4.2).
  private static boolean preparesClass(Thread thread) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getMethodName().equals("<clinit>") || frame.getClassName().equals("java.lang.ClassLoader")) {
        return true;
      }
    }
    return false;
  }
}
