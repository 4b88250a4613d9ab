package stackhouse.hive;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.hive.ql.exec.FunctionRegistry;
import org.apache.hadoop.hive.ql.exec.GroupByOperator;
import org.apache.hadoop.hive.ql.exec.Operator;
import org.apache.hadoop.hive.ql.exec.OperatorUtils;
import org.apache.hadoop.hive.ql.exec.Task;
import org.apache.hadoop.hive.ql.exec.Utilities;
import org.apache.hadoop.hive.ql.exec.tez.TezTask;
import org.apache.hadoop.hive.ql.metadata.Table;
import org.apache.hadoop.hive.ql.parse.ASTNode;
import org.apache.hadoop.hive.ql.parse.AbstractSemanticAnalyzerHook;
import org.apache.hadoop.hive.ql.parse.BaseSemanticAnalyzer;
import org.apache.hadoop.hive.ql.parse.HiveParser;
import org.apache.hadoop.hive.ql.parse.HiveSemanticAnalyzerHookContext;
import org.apache.hadoop.hive.ql.parse.SemanticException;
import org.apache.hadoop.hive.ql.plan.BaseWork;
import org.apache.hadoop.hive.ql.plan.GroupByDesc;
import org.apache.hadoop.hive.ql.session.SessionState;

/**
 * Refuses two kinds of statements over a total, an aggregate without GROUP BY, that Hive 4.0.1 answers wrongly; no setting
 * helps with them. GROUP BY over a total whose keys are not shown: Hive takes a key of a single row for superfluous, and
 * forgets that without any key there is a row for no row. A total of which only what is known beforehand is shown, as
 * COALESCE(1, total): Hive plans no total, and shows it once for every row of the table. Named by hive.semantic.analyzer.hook;
 * docs/answers.md shows the wrong answers.
 */
public final class TotalGuard extends AbstractSemanticAnalyzerHook {
  private static final Set<Integer> BOTH_SIDES =
      Set.of(
          HiveParser.TOK_JOIN,
          HiveParser.TOK_CROSSJOIN,
          HiveParser.TOK_LEFTOUTERJOIN,
          HiveParser.TOK_RIGHTOUTERJOIN,
          HiveParser.TOK_FULLOUTERJOIN);

  private static final List<Integer> GROUPED =
      List.of(
          HiveParser.TOK_GROUPBY,
          HiveParser.TOK_ROLLUP_GROUPBY,
          HiveParser.TOK_CUBE_GROUPBY,
          HiveParser.TOK_GROUPING_SETS,
          HiveParser.TOK_SELECTDI);

  private static final Set<Integer> CALLS =
      Set.of(HiveParser.TOK_FUNCTION, HiveParser.TOK_FUNCTIONDI, HiveParser.TOK_FUNCTIONSTAR);

  /** Where partial results have met. */
  private static final Set<GroupByDesc.Mode> LAST =
      Set.of(GroupByDesc.Mode.COMPLETE, GroupByDesc.Mode.FINAL, GroupByDesc.Mode.MERGEPARTIAL);

  private ASTNode statement;

  @Override
  public ASTNode preAnalyze(HiveSemanticAnalyzerHookContext context, ASTNode ast) {
    statement = ast;
    return ast;
  }

  @Override
  public void postAnalyze(HiveSemanticAnalyzerHookContext context, List<Task<?>> tasks) throws SemanticException {
    if (!Syntax.isQuery(statement)) {
      return;
    }
    Map<String, ASTNode> named = new HashMap<>();
    for (Table view : Syntax.views(context)) {
      ASTNode query = Syntax.parsed(view);
      named.put(view.getFullyQualifiedName(), query);
      if (view.getDbName().equals(SessionState.get().getCurrentDatabase())) {
        named.put(view.getTableName(), query);
      }
    }
    nameSubqueries(statement, named);
    refuse(statement, true, named);
    Set<String> totals = new HashSet<>();
    collect(statement, totals);
    for (ASTNode view : List.copyOf(named.values())) {
      refuse(view, false, named);
      collect(view, totals);
    }
    if (planned(tasks) < totals.size()) {
      throw new SemanticException(
          "what is shown of a total, which is a single row, is known without it, as with COALESCE(1, total), CASE with equal "
              + "values, or a join that is never true: Hive would show it once for every row; leave the total away, or "
              + "show a column of it as it is");
    }
  }

  /** What tells the totals apart, without those in conditions, which Hive plans in another way. */
  private static void collect(ASTNode node, Set<String> found) {
    if (node.getType() == HiveParser.TOK_SUBQUERY_EXPR) {
      return;
    }
    if (node.getType() == HiveParser.TOK_QUERY && isTotal(node)) {
      found.add(computed(node));
    }
    Syntax.children(node).forEach(child -> collect(child, found));
  }

  /** Where the rows are from, and what is computed of them: Hive computes equal ones once, whatever is shown beside. */
  private static String computed(ASTNode total) {
    StringBuilder text = new StringBuilder();
    for (ASTNode part : List.of(total, (ASTNode) total.getFirstChildWithType(HiveParser.TOK_INSERT))) {
      for (ASTNode clause : Syntax.children(part)) {
        if (clause.getType() == HiveParser.TOK_FROM || clause.getType() == HiveParser.TOK_WHERE) {
          text.append(clause.toStringTree());
        }
      }
    }
    calls(clause(total, HiveParser.TOK_SELECT), text);
    return text.toString();
  }

  private static void calls(ASTNode node, StringBuilder text) {
    if (isAggregate(node)) {
      text.append(node.toStringTree());
    } else {
      Syntax.children(node).forEach(child -> calls(child, text));
    }
  }

  /** How many totals the plan computes. */
  private static long planned(List<Task<?>> tasks) {
    long found = 0;
    for (TezTask task : Utilities.getTezTasks(tasks)) {
      for (BaseWork work : task.getWork().getAllWork()) {
        Collection<Operator<?>> roots = new ArrayList<>(work.getAllRootOperators());
        found +=
            OperatorUtils.findOperators(roots, GroupByOperator.class).stream()
                .map(GroupByOperator::getConf)
                .filter(group -> group.getKeys().isEmpty() && LAST.contains(group.getMode()))
                .count();
      }
    }
    return found;
  }

  /** Those of WITH. */
  private static void nameSubqueries(ASTNode node, Map<String, ASTNode> named) {
    if (node.getType() == HiveParser.TOK_CTE) {
      for (ASTNode subquery : Syntax.children(node)) {
        named.put(name((ASTNode) subquery.getChild(1)), (ASTNode) subquery.getChild(0));
      }
    }
    Syntax.children(node).forEach(child -> nameSubqueries(child, named));
  }

  private static void refuse(ASTNode node, boolean outermost, Map<String, ASTNode> named) throws SemanticException {
    boolean query = node.getType() == HiveParser.TOK_QUERY;
    if (query && isGrouped(node) && isSingle(source(node), named) && !(outermost && showsKey(node))) {
      throw new SemanticException(
          "GROUP BY or DISTINCT over a total, which is a single row: Hive may answer with too many rows; leave GROUP BY "
              + "away, or show what it groups by");
    }
    for (ASTNode child : Syntax.children(node)) {
      refuse(child, outermost && !query, named);
    }
  }

  /** Whether what FROM names, or a part of it, has one row at most because it is a total. */
  private static boolean isSingle(ASTNode source, Map<String, ASTNode> named) {
    if (source == null) {
      return false;
    }
    List<ASTNode> parts = Syntax.children(source);
    int kind = source.getType();
    if (kind == HiveParser.TOK_QUERY) {
      return isTotal(source) || isSingle(source(source), named);
    }
    if (kind == HiveParser.TOK_FROM || kind == HiveParser.TOK_SUBQUERY || kind == HiveParser.TOK_LEFTSEMIJOIN) {
      return isSingle(parts.get(0), named);
    }
    if (kind == HiveParser.TOK_TABREF) {
      // A subquery of WITH may read a table of its own name.
      Map<String, ASTNode> others = new HashMap<>(named);
      return isSingle(others.remove(name(parts.get(0))), others);
    }
    return BOTH_SIDES.contains(kind) && isSingle(parts.get(0), named) && isSingle(parts.get(1), named);
  }

  /** Name of a table, with its database where that is written. */
  private static String name(ASTNode named) {
    if (named.getChildCount() == 0) {
      return BaseSemanticAnalyzer.unescapeIdentifier(named.getText()).toLowerCase(Locale.ROOT);
    }
    return Syntax.children(named).stream().map(TotalGuard::name).collect(Collectors.joining("."));
  }

  private static ASTNode source(ASTNode query) {
    return (ASTNode) query.getFirstChildWithType(HiveParser.TOK_FROM);
  }

  /** One of SELECT, SELECT DISTINCT and GROUP BY of a query, or nothing. */
  private static ASTNode clause(ASTNode query, int kind) {
    ASTNode insert = (ASTNode) query.getFirstChildWithType(HiveParser.TOK_INSERT);
    return insert == null ? null : (ASTNode) insert.getFirstChildWithType(kind);
  }

  private static boolean isGrouped(ASTNode query) {
    return GROUPED.stream().anyMatch(kind -> clause(query, kind) != null);
  }

  private static boolean isTotal(ASTNode query) {
    ASTNode shown = clause(query, HiveParser.TOK_SELECT);
    return shown != null && !isGrouped(query) && aggregates(shown);
  }

  private static boolean aggregates(ASTNode node) {
    return isAggregate(node) || Syntax.children(node).stream().anyMatch(TotalGuard::aggregates);
  }

  private static boolean isAggregate(ASTNode node) {
    // What has OVER is a value of every row.
    if (!CALLS.contains(node.getType()) || node.getFirstChildWithType(HiveParser.TOK_WINDOWSPEC) != null) {
      return false;
    }
    try {
      return FunctionRegistry.getGenericUDAFResolver(node.getChild(0).getText()) != null;
    } catch (SemanticException unknown) {
      return false;
    }
  }

  /** Whether a column stands outside of the aggregates: it can only be one that is grouped by. */
  private static boolean showsKey(ASTNode query) {
    ASTNode shown = clause(query, HiveParser.TOK_SELECT);
    return shown == null || hasColumn(shown);
  }

  private static boolean hasColumn(ASTNode node) {
    boolean column = node.getType() == HiveParser.TOK_TABLE_OR_COL || node.getType() == HiveParser.TOK_ALLCOLREF;
    return column || !isAggregate(node) && Syntax.children(node).stream().anyMatch(TotalGuard::hasColumn);
  }
}
