package stackhouse.hive;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.hive.ql.hooks.ReadEntity;
import org.apache.hadoop.hive.ql.lib.Node;
import org.apache.hadoop.hive.ql.metadata.Table;
import org.apache.hadoop.hive.ql.parse.ASTNode;
import org.apache.hadoop.hive.ql.parse.HiveSemanticAnalyzerHookContext;
import org.apache.hadoop.hive.ql.parse.ParseException;
import org.apache.hadoop.hive.ql.parse.ParseUtils;
import org.apache.hadoop.hive.ql.parse.SemanticException;

/** Looks around in a statement as it was parsed, and in the views that it reads. */
final class Syntax {
  private Syntax() {}

  static boolean has(ASTNode node, Set<Integer> kinds) {
    return kinds.contains(node.getType()) || children(node).stream().anyMatch(child -> has(child, kinds));
  }

  static List<ASTNode> children(ASTNode node) {
    List<ASTNode> found = new ArrayList<>();
    if (node.getChildren() != null) {
      for (Node child : node.getChildren()) {
        found.add((ASTNode) child);
      }
    }
    return found;
  }

  static List<Table> views(HiveSemanticAnalyzerHookContext context) {
    List<Table> found = new ArrayList<>();
    for (ReadEntity input : context.getInputs()) {
      Table table = input.getTable();
      if (table != null && table.isView()) {
        found.add(table);
      }
    }
    return found;
  }

  static ASTNode parsed(Table view) throws SemanticException {
    try {
      return ParseUtils.parse(view.getViewExpandedText(), null);
    } catch (ParseException problem) {
      throw new SemanticException(problem);
    }
  }
}
