package stackhouse.hive;

import java.lang.reflect.Field;
import java.util.Map;
import org.apache.calcite.plan.Strong;
import org.apache.calcite.sql.SqlKind;
import org.apache.hadoop.hive.ql.hooks.QueryLifeTimeHookContext;
import org.apache.hadoop.hive.ql.hooks.QueryLifeTimeHookWithParseHooks;

/**
 * Keeps HiveServer2 from answering wrongly and from compiling indefinitely. Named by hive.query.lifetime.hooks, so that it
 * is loaded before the first statement.
 *
 * <p>Division: Calcite takes a division for NULL only where one side is, so {@code a / b IS NULL} becomes
 * {@code a IS NULL OR b IS NULL} and {@code COALESCE(a / b, 0)} is NULL where b is 0 (CALCITE-7145; Hive gives NULL for
 * a division by zero). No setting turns that off; here Calcite is told that it does not know.
 *
 * <p>Time: a statement that does not compile in time is ended, and its thread with it. Calcite does not look at
 * interrupts, so the thread is stopped: that ends it wherever it is. Compiling changes nothing outside its own thread.
 */
public final class AnswerGuard implements QueryLifeTimeHookWithParseHooks {
  /** Seconds that a statement may take to compile. */
  public static final String LIMIT = "stackhouse.compile.seconds";

  private static final int DEFAULT_SECONDS = 60;

  static {
    doubtDivisions();
  }

  @Override
  public void beforeParse(QueryLifeTimeHookContext context) {
    CompileWatch.begin(context.getHiveConf().getInt(LIMIT, DEFAULT_SECONDS));
  }

  @Override
  public void afterParse(QueryLifeTimeHookContext context, boolean failed) {
    CompileWatch.end();
  }

  @Override
  public void beforeCompile(QueryLifeTimeHookContext context) {
    CompileWatch.begin(context.getHiveConf().getInt(LIMIT, DEFAULT_SECONDS));
  }

  @Override
  public void afterCompile(QueryLifeTimeHookContext context, boolean failed) {
    CompileWatch.end();
  }

  @Override
  public void beforeExecution(QueryLifeTimeHookContext context) {}

  @Override
  public void afterExecution(QueryLifeTimeHookContext context, boolean failed) {}

  @SuppressWarnings("unchecked")
  private static void doubtDivisions() {
    try {
      Field field = Strong.class.getDeclaredField("MAP");
      field.setAccessible(true);
      Map<SqlKind, Strong.Policy> policies = (Map<SqlKind, Strong.Policy>) field.get(null);
      policies.put(SqlKind.DIVIDE, Strong.Policy.AS_IS);
      policies.put(SqlKind.MOD, Strong.Policy.AS_IS);
    } catch (ReflectiveOperationException problem) {
      throw new ExceptionInInitializerError(problem);
    }
  }
}
