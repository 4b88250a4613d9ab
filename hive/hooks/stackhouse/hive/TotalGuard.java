package stackhouse.hive;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.hive.ql.exec.FunctionRegistry;
import org.apache.hadoop.hive.ql.exec.Task;
import org.apache.hadoop.hive.ql.metadata.Table;
import org.apache.hadoop.hive.ql.parse.ASTNode;
import org.apache.hadoop.hive.ql.parse.BaseSemanticAnalyzer;
import org.apache.hadoop.hive.ql.parse.HiveParser;
import org.apache.hadoop.hive.ql.parse.SemanticException;
import org.apache.hadoop.hive.ql.plan.GroupByDesc;
import org.apache.hadoop.hive.ql.session.SessionState;

/**
 * Refuses two kinds of queries over a total, an aggregate without GROUP BY, that Hive 4.0.1 answers wrongly; no setting
 * helps with them. Named by hive.semantic.analyzer.hook; docs/answers.md shows the wrong answers.
 *
 * <p>GROUP BY over a total whose keys are not shown: Hive drops a key of a single row, and forgets that without any key no
 * row becomes one.
 *
 * <p>A total that is not used by what is shown, as in COALESCE(1, total): Hive plans no total, and shows a row for every
 * row of the table.
 */
public final class TotalGuard extends QueryGuard {
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

  @Override
  void check(ASTNode statement, List<Table> views, List<Task<?>> tasks) throws SemanticException {
    List<ASTNode> written = new ArrayList<>(List.of(statement));
    Map<String, ASTNode> named = new HashMap<>();
    for (Table view : views) {
      ASTNode query = Syntax.parsed(view);
      written.add(query);
      named.put(view.getFullyQualifiedName(), query);
      if (view.getDbName().equals(SessionState.get().getCurrentDatabase())) {
        named.put(view.getTableName(), query);
      }
    }
    nameSubqueries(statement, named);
    Set<String> totals = new HashSet<>();
    collect(statement, named, totals);
    for (ASTNode query : written) {
      refuse(query, query == statement, named);
    }
    if (planned(tasks) < totals.size()) {
      throw new SemanticException(
          "the query returns nothing that depends on its total (an aggregate without GROUP BY), as with COALESCE(1, total), "
              + "CASE with equal values, or a join that never matches: Hive would return a row for every row of the table; "
              + "remove the total, or select it as it is");
    }
  }

  /** What tells the totals apart that are read, without those in conditions, which Hive plans in another way. */
  private static void collect(ASTNode node, Map<String, ASTNode> named, Set<String> found) {
    int kind = node.getType();
    boolean query = kind == HiveParser.TOK_QUERY;
    if (kind == HiveParser.TOK_SUBQUERY_EXPR || kind == HiveParser.TOK_CTE || query && isLimitZero(node)) {
      return;
    }
    if (kind == HiveParser.TOK_TABREF) {
      Map<String, ASTNode> others = new HashMap<>(named);
      ASTNode read = others.remove(name((ASTNode) node.getChild(0)));
      if (read != null) {
        collect(read, others, found);
      }
      return;
    }
    if (query && isTotal(node)) {
      found.add(computed(node));
    }
    // Hive plans nothing for what is never read; a total is one row even so.
    if (!query || !readsNothing(node)) {
      Syntax.children(node).forEach(child -> collect(child, named, found));
    }
  }

  /** Clients ask so for the columns of a query. */
  private static boolean isLimitZero(ASTNode query) {
    ASTNode limit = clause(query, HiveParser.TOK_LIMIT);
    return limit != null && limit.getChild(limit.getChildCount() - 1).getText().equals("0");
  }

  /** Clients ask so, too. */
  private static boolean readsNothing(ASTNode query) {
    ASTNode where = clause(query, HiveParser.TOK_WHERE);
    return where != null && isNeverTrue((ASTNode) where.getChild(0));
  }

  private static boolean isNeverTrue(ASTNode condition) {
    List<ASTNode> sides = Syntax.children(condition);
    if (condition.getType() == HiveParser.KW_AND) {
      return sides.stream().anyMatch(TotalGuard::isNeverTrue);
    }
    boolean numbers = sides.stream().allMatch(side -> side.getType() == HiveParser.Number);
    return condition.getType() == HiveParser.KW_FALSE
        || condition.getType() == HiveParser.EQUAL && numbers && !sides.get(0).getText().equals(sides.get(1).getText());
  }

  /** Where the rows are from, and what is computed of them: Hive computes equal ones once, whatever is shown beside. */
  private static String computed(ASTNode total) {
    StringBuilder text = new StringBuilder();
    for (ASTNode part : Arrays.asList(source(total), clause(total, HiveParser.TOK_WHERE))) {
      text.append(part == null ? "" : part.toStringTree());
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
    // Where partial results have met.
    Set<GroupByDesc.Mode> last =
        Set.of(GroupByDesc.Mode.COMPLETE, GroupByDesc.Mode.FINAL, GroupByDesc.Mode.MERGEPARTIAL);
    return aggregates(tasks).stream()
        .filter(group -> group.getKeys().isEmpty() && last.contains(group.getMode()))
        .count();
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
          "GROUP BY or DISTINCT over a total, which is a single row: Hive may return too many rows; remove the GROUP BY, "
              + "or select the columns that it groups by");
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
    return shown != null && !isGrouped(query) && hasAggregate(shown);
  }

  private static boolean hasAggregate(ASTNode node) {
    return isAggregate(node) || Syntax.children(node).stream().anyMatch(TotalGuard::hasAggregate);
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
