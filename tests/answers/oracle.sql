-- What functions and operators of Hive mean, in the words of DuckDB: `x_year` of a query is `YEAR` in Hive and this here.
--
-- A division of decimals is exact here: DuckDB itself makes it a DOUBLE.
CREATE OR REPLACE MACRO x_year(d) AS CAST(year(d) AS BIGINT);
CREATE OR REPLACE MACRO x_quarter(d) AS CAST(quarter(d) AS BIGINT);
CREATE OR REPLACE MACRO x_month(d) AS CAST(month(d) AS BIGINT);
CREATE OR REPLACE MACRO x_day(d) AS CAST(day(d) AS BIGINT);
CREATE OR REPLACE MACRO x_hour(t) AS CAST(hour(t) AS BIGINT);
CREATE OR REPLACE MACRO x_dayofweek(d) AS CAST(dayofweek(d) + 1 AS BIGINT);
CREATE OR REPLACE MACRO x_datediff(a, b) AS CAST(CAST(a AS DATE) - CAST(b AS DATE) AS BIGINT);
CREATE OR REPLACE MACRO x_date_add(d, n) AS CAST(d + CAST(n AS INTEGER) AS DATE);
CREATE OR REPLACE MACRO x_date_sub(d, n) AS CAST(d - CAST(n AS INTEGER) AS DATE);
CREATE OR REPLACE MACRO x_last_day(d) AS last_day(d);
CREATE OR REPLACE MACRO x_length(s) AS CAST(length(s) AS BIGINT);
CREATE OR REPLACE MACRO x_upper(s) AS upper(s);
CREATE OR REPLACE MACRO x_lower(s) AS lower(s);
CREATE OR REPLACE MACRO x_substr(s, start, size) AS substr(s, start, size);
CREATE OR REPLACE MACRO x_concat(a, b) AS a || b;
CREATE OR REPLACE MACRO x_trim(s) AS trim(s, ' ');
CREATE OR REPLACE MACRO x_replace(s, a, b) AS replace(s, a, b);
CREATE OR REPLACE MACRO x_lpad(s, n, p) AS lpad(s, CAST(n AS INTEGER), p);
CREATE OR REPLACE MACRO x_if(c, a, b) AS CASE WHEN c THEN a ELSE b END;
CREATE OR REPLACE MACRO x_nvl(a, b) AS coalesce(a, b);
CREATE OR REPLACE MACRO x_greatest(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE greatest(a, b) END;
CREATE OR REPLACE MACRO x_least(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE least(a, b) END;
CREATE OR REPLACE MACRO x_abs(a) AS abs(a);
CREATE OR REPLACE MACRO x_pmod(a, b) AS ((a % b) + b) % b;
CREATE OR REPLACE MACRO x_round(a, n) AS round(a, n);
CREATE OR REPLACE MACRO x_floor(a) AS floor(a);
CREATE OR REPLACE MACRO x_ceil(a) AS ceil(a);
-- a with `sa` and b with `sb` digits behind the point; `shift` is 10 to the power of s - sa + sb and `unit` 10 to that of
-- -s, where s is the scale that Hive gives the result. Half is rounded away from zero.
CREATE OR REPLACE MACRO x_unscaled(a, ten) AS CAST(a * ten AS HUGEINT);
CREATE OR REPLACE MACRO x_ratio(a, b, ten_a, ten_b, shift, unit) AS
    CASE WHEN b = 0 THEN NULL ELSE
        CAST(
            CASE WHEN (a < 0) <> (b < 0) THEN -1 ELSE 1 END
            * ((2 * abs(x_unscaled(a, ten_a)) * shift + abs(x_unscaled(b, ten_b))) // (2 * abs(x_unscaled(b, ten_b))))
            AS DECIMAL(25, 0)
        ) * unit
    END;
CREATE OR REPLACE MACRO x_mean(a, ten, shift, unit) AS x_ratio(sum(a), count(a), ten, 1, shift, unit);
