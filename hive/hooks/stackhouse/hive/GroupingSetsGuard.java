package stackhouse.hive;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hadoop.hive.ql.exec.Task;
import org.apache.hadoop.hive.ql.metadata.Table;
import org.apache.hadoop.hive.ql.parse.ASTNode;
import org.apache.hadoop.hive.ql.parse.HiveParser;
import org.apache.hadoop.hive.ql.parse.SemanticException;
import org.apache.hadoop.hive.ql.plan.AggregationDesc;
import org.apache.hadoop.hive.ql.plan.ExprNodeConstantDesc;
import org.apache.hadoop.hive.ql.plan.ExprNodeDesc;
import org.apache.hadoop.hive.ql.plan.GroupByDesc;

/**
 * Refuses statements with ROLLUP, CUBE or GROUPING SETS that Hive 4.0.1 answers wrongly; no setting helps with them.
 * Named by hive.semantic.analyzer.hook. docs/answers.md shows each with its wrong answer.
 */
public final class GroupingSetsGuard extends QueryGuard {
  private static final Set<Integer> GROUPING_SETS =
      Set.of(HiveParser.TOK_ROLLUP_GROUPBY, HiveParser.TOK_CUBE_GROUPBY, HiveParser.TOK_GROUPING_SETS);

  private static final Set<Integer> COLUMNS =
      Set.of(HiveParser.TOK_TABLE_OR_COL, HiveParser.TOK_ALLCOLREF, HiveParser.TOK_FUNCTIONSTAR);

  private static final Pattern WORDS = Pattern.compile("ROLLUP|CUBE|GROUPING", Pattern.CASE_INSENSITIVE);

  @Override
  void check(ASTNode statement, List<Table> viewed, List<Task<?>> tasks) throws SemanticException {
    boolean concerned =
        Syntax.has(statement, GROUPING_SETS)
            || viewed.stream().anyMatch(view -> WORDS.matcher(view.getViewExpandedText()).find());
    // Most statements end here: nothing of them is parsed a second time.
    if (!concerned) {
      return;
    }
    List<GroupByDesc> planned = planned(tasks);
    List<ASTNode> views = new ArrayList<>();
    for (Table view : viewed) {
      views.add(Syntax.parsed(view));
    }
    boolean constant = hasConstant(statement, false) || views.stream().anyMatch(view -> hasConstant(view, true));
    for (GroupByDesc group : planned) {
      refuseDistinctKey(group);
      if (constant) {
        refuseConstantKey(group);
      }
    }
    List<ASTNode> written = new ArrayList<>(views);
    written.add(statement);
    Set<String> groups = new HashSet<>();
    written.forEach(query -> collect(query, groups));
    // One whose condition is never true has no plan either, so only what is known to go wrong is refused: Hive's
    // decorrelator makes a plain GROUP BY of what stands above a correlated subquery.
    boolean subquery = written.stream().anyMatch(query -> Syntax.has(query, Set.of(HiveParser.TOK_SUBQUERY_EXPR)));
    if (planned.size() < groups.size() && (constant || subquery)) {
      throw new SemanticException(
          "ROLLUP, CUBE or GROUPING SETS would lose its totals here, because of a correlated subquery (EXISTS, IN) or a "
              + "column that is one constant; write the subquery as LEFT SEMI JOIN, leave the constant out of GROUP BY");
    }
  }

  private static List<GroupByDesc> planned(List<Task<?>> tasks) {
    // Where the rows are still those of the input, not yet where partial results meet.
    Set<GroupByDesc.Mode> first = Set.of(GroupByDesc.Mode.HASH, GroupByDesc.Mode.PARTIALS);
    return aggregates(tasks).stream()
        .filter(group -> group.isGroupingSetsPresent() && first.contains(group.getMode()))
        .collect(Collectors.toList());
  }

  /** Texts of the GROUP BY clauses: the plan has equal ones once. */
  private static void collect(ASTNode node, Set<String> found) {
    if (GROUPING_SETS.contains(node.getType())) {
      // With all around it: the same clause over another table is another one.
      found.add(((ASTNode) node.getParent().getParent()).toStringTree());
    }
    Syntax.children(node).forEach(child -> collect(child, found));
  }

  /** Whether a column that others are computed from, one of a subquery or a view, is a constant. */
  private static boolean hasConstant(ASTNode node, boolean below) {
    if (below && node.getType() == HiveParser.TOK_SELEXPR && !Syntax.has(node, COLUMNS)) {
      return true;
    }
    boolean inside = below || node.getType() == HiveParser.TOK_FROM;
    return Syntax.children(node).stream().anyMatch(child -> hasConstant(child, inside));
  }

  private static void refuseConstantKey(GroupByDesc group) throws SemanticException {
    for (ExprNodeDesc key : keys(group)) {
      if (key instanceof ExprNodeConstantDesc) {
        throw new SemanticException(
            "ROLLUP, CUBE or GROUPING SETS over a column that is one constant: Hive takes it for never NULL, also in "
                + "the totals; leave it out of GROUP BY");
      }
    }
  }

  private static void refuseDistinctKey(GroupByDesc group) throws SemanticException {
    for (AggregationDesc aggregate : group.getAggregators()) {
      if (aggregate.getDistinct() && contains(keys(group), aggregate.getParameters())) {
        throw new SemanticException(
            aggregate.getGenericUDAFName().toUpperCase()
                + "(DISTINCT ...) of a column that ROLLUP, CUBE or GROUPING SETS groups by: Hive takes it for NULL in "
                + "the totals; ask for the totals in a query of their own");
      }
    }
  }

  /** What is grouped by, without the number of the grouping set. */
  private static List<ExprNodeDesc> keys(GroupByDesc group) {
    return group.getKeys().subList(0, group.getGroupingSetPosition());
  }

  private static boolean contains(Collection<ExprNodeDesc> keys, Collection<ExprNodeDesc> parameters) {
    return parameters.stream().anyMatch(parameter -> keys.stream().anyMatch(parameter::isSame));
  }
}
