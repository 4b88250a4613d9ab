package stackhouse.hive;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.hive.ql.exec.GroupByOperator;
import org.apache.hadoop.hive.ql.exec.Operator;
import org.apache.hadoop.hive.ql.exec.OperatorUtils;
import org.apache.hadoop.hive.ql.exec.Task;
import org.apache.hadoop.hive.ql.exec.Utilities;
import org.apache.hadoop.hive.ql.exec.tez.TezTask;
import org.apache.hadoop.hive.ql.metadata.Table;
import org.apache.hadoop.hive.ql.parse.ASTNode;
import org.apache.hadoop.hive.ql.parse.AbstractSemanticAnalyzerHook;
import org.apache.hadoop.hive.ql.parse.HiveParser;
import org.apache.hadoop.hive.ql.parse.HiveSemanticAnalyzerHookContext;
import org.apache.hadoop.hive.ql.parse.SemanticException;
import org.apache.hadoop.hive.ql.plan.BaseWork;
import org.apache.hadoop.hive.ql.plan.GroupByDesc;

/** Looks at a query as it was parsed and as Hive has planned it, and may refuse it. */
abstract class QueryGuard extends AbstractSemanticAnalyzerHook {
  private static final Set<Integer> QUERIES = Set.of(HiveParser.TOK_QUERY, HiveParser.TOK_CREATETABLE);

  private ASTNode statement;

  @Override
  public final ASTNode preAnalyze(HiveSemanticAnalyzerHookContext context, ASTNode ast) {
    statement = ast;
    return ast;
  }

  @Override
  public final void postAnalyze(HiveSemanticAnalyzerHookContext context, List<Task<?>> tasks)
      throws SemanticException {
    // Others have no plan of their own: EXPLAIN, CREATE VIEW.
    if (QUERIES.contains(statement.getType())) {
      check(statement, Syntax.views(context), tasks);
    }
  }

  /** Throws what the user is told, if the query is one that Hive answers wrongly. */
  abstract void check(ASTNode query, List<Table> views, List<Task<?>> tasks) throws SemanticException;

  /** All aggregates of the plan; one that is computed in two steps is there twice. */
  static List<GroupByDesc> aggregates(List<Task<?>> tasks) {
    List<GroupByDesc> found = new ArrayList<>();
    for (TezTask task : Utilities.getTezTasks(tasks)) {
      for (BaseWork work : task.getWork().getAllWork()) {
        Collection<Operator<?>> roots = new ArrayList<>(work.getAllRootOperators());
        for (GroupByOperator operator : OperatorUtils.findOperators(roots, GroupByOperator.class)) {
          found.add(operator.getConf());
        }
      }
    }
    return found;
  }
}
