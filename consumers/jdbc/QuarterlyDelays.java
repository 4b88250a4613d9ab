import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TimeZone;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prints the rows of one quarter, read by JDBC: a line of names, then a line a row, with tabs between the values.
 *
 * <p>Usage: {@code java -cp 'DIR/jdbc/*' QuarterlyDelays.java URL QUARTER [SQL]}, where DIR is what Maven was given and
 * one {@code ?} in the SQL stands for the first day of the quarter. Exit codes: 0 done, 1 the query failed, 2 wrong
 * usage, 4 HiveServer2 does not answer. The password is in the file that STACKHOUSE_HIVE_PASSWORD_FILE names, else in that
 * of the checkout where this is started.
 */
public final class QuarterlyDelays {

    private static final String SQL = "SELECT quarter_start, quarter, flights, mean_delay, late_share"
        + " FROM flights.delays_by_quarter WHERE quarter_start = CAST(? AS DATE)";
    private static final Pattern QUARTER = Pattern.compile("(\\d{4})Q([1-4])");

    private QuarterlyDelays() {
    }

    public static void main(String[] arguments) {
        Matcher quarter = QUARTER.matcher(arguments.length < 2 ? "" : arguments[1]);
        if (arguments.length > 3 || !quarter.matches()) {
            fail(2, "usage: QuarterlyDelays URL QUARTER [SQL], e.g. jdbc:hive2://localhost:10000/default 2001Q2");
        }
        LocalDate start = LocalDate.of(Integer.parseInt(quarter.group(1)), 3 * Integer.parseInt(quarter.group(2)) - 2, 1);
        // A TIMESTAMP is a wall clock, which the driver moves where the time zone of this machine skips an hour.
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        try {
            print(arguments[0], arguments.length > 2 ? arguments[2] : SQL, start);
        } catch (SQLException problem) {
            // The driver writes a blank before the code of a connection that fails.
            boolean connection = String.valueOf(problem.getSQLState()).strip().equals("08S01");
            fail(connection ? 4 : 1, String.valueOf(problem.getMessage()).lines().findFirst().orElse("no reason given"));
        }
    }

    private static void print(String url, String sql, LocalDate start) throws SQLException {
        String user = System.getProperty("user.name");
        try (Connection connection = DriverManager.getConnection(url, user, password(user));
             PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setDate(1, Date.valueOf(start));
            try (ResultSet rows = statement.executeQuery()) {
                print(rows);
            }
        }
    }

    /** Never an argument of the program: everybody on the machine sees those. */
    private static String password(String user) {
        String named = System.getenv("STACKHOUSE_HIVE_PASSWORD_FILE");
        Path file = Path.of(named == null ? ".stackhouse/users/" + user + ".password" : named);
        try {
            return Files.readString(file).strip();
        } catch (IOException problem) {
            fail(2, "no password: " + file + " cannot be read; name the file in STACKHOUSE_HIVE_PASSWORD_FILE");
            throw new AssertionError(problem);
        }
    }

    private static void print(ResultSet rows) throws SQLException {
        ResultSetMetaData columns = rows.getMetaData();
        List<String> line = new ArrayList<>();
        for (int column = 1; column <= columns.getColumnCount(); column++) {
            line.add(columns.getColumnLabel(column));
        }
        System.out.println(String.join("\t", line));
        while (rows.next()) {
            line.clear();
            for (int column = 1; column <= columns.getColumnCount(); column++) {
                line.add(text(value(rows, column)));
            }
            System.out.println(String.join("\t", line));
        }
    }

    /** BIGINT is a Long and DECIMAL a BigDecimal already, the smaller numbers likewise; NULL is null. */
    private static Object value(ResultSet rows, int column) throws SQLException {
        Object value = rows.getObject(column);
        if (value instanceof Date day) {
            return day.toLocalDate();
        }
        return value instanceof Timestamp moment ? moment.toLocalDateTime() : value;
    }

    private static String text(Object value) {
        return value instanceof byte[] bytes ? HexFormat.of().withUpperCase().formatHex(bytes) : String.valueOf(value);
    }

    private static void fail(int code, String message) {
        System.err.println("QuarterlyDelays: " + message);
        System.exit(code);
    }
}
