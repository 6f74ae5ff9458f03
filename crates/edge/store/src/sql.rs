//! The SQL that both engines understand: values, rows, and a transaction to run statements in.

use crate::{DbFault, engine::session::Session};

/// A value of a column: BIGINT or TEXT, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// BIGINT; truth values are 0 and 1, instants milliseconds since 1970.
    Integer(i64),
    /// TEXT.
    Text(String),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Integer(value.into())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One row of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// A BIGINT column that is never NULL.
    pub fn integer(&self, column: usize) -> Result<i64, DbFault> {
        match self.0.get(column) {
            Some(Value::Integer(value)) => Ok(*value),
            other => Err(unexpected(column, "an integer", other)),
        }
    }

    /// A TEXT column that is never NULL.
    pub fn text(&self, column: usize) -> Result<String, DbFault> {
        match self.0.get(column) {
            Some(Value::Text(value)) => Ok(value.clone()),
            other => Err(unexpected(column, "text", other)),
        }
    }

    /// A BIGINT column that may be NULL.
    pub fn optional_integer(&self, column: usize) -> Result<Option<i64>, DbFault> {
        if self.0.get(column) == Some(&Value::Null) { Ok(None) } else { self.integer(column).map(Some) }
    }

    /// A TEXT column that may be NULL.
    pub fn optional_text(&self, column: usize) -> Result<Option<String>, DbFault> {
        if self.0.get(column) == Some(&Value::Null) { Ok(None) } else { self.text(column).map(Some) }
    }

    /// A TEXT column that holds a GUID.
    pub fn id<T: std::str::FromStr>(&self, column: usize) -> Result<T, DbFault> {
        let text = self.text(column)?;
        text.parse().map_err(|_| DbFault::Failed(format!("column {column} holds no GUID: {text:?}")))
    }
}

impl Row {
    /// A TEXT column that holds a GUID or NULL.
    pub fn optional_id<T: std::str::FromStr>(&self, column: usize) -> Result<Option<T>, DbFault> {
        if self.0.get(column) == Some(&Value::Null) { Ok(None) } else { self.id(column).map(Some) }
    }
}

fn unexpected(column: usize, wanted: &str, found: Option<&Value>) -> DbFault {
    DbFault::Failed(format!("column {column} should hold {wanted} and holds {found:?}"))
}

/// A transaction under way. Every statement is prepared once a connection.
#[derive(Debug)]
pub struct Tx<'a> {
    backend: Backend<'a>,
    /// Set when a statement failed in a way that running the whole work again may mend.
    pub(crate) may_retry: bool,
}

pub(crate) enum Backend<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a mut Session),
}

impl std::fmt::Debug for Backend<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sqlite(_) => "Sqlite",
            Self::Postgres(_) => "Postgres",
        })
    }
}

impl<'a> Tx<'a> {
    pub(crate) fn new(backend: Backend<'a>) -> Self {
        Self { backend, may_retry: false }
    }

    /// Runs a statement; the number of rows that it changed.
    pub fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, DbFault> {
        let done = match &mut self.backend {
            Backend::Sqlite(connection) => sqlite_execute(connection, sql, values),
            Backend::Postgres(session) => session.execute(sql, values),
        };
        self.note(done)
    }

    /// Runs a statement whose count of rows nobody needs. PostgreSQL gets it together with what is waited for next, at the
    /// latest with the commit, and a fault of it is told then.
    pub fn send(&mut self, sql: &str, values: &[Value]) -> Result<(), DbFault> {
        let sent = match &mut self.backend {
            Backend::Sqlite(connection) => sqlite_execute(connection, sql, values).map(drop),
            Backend::Postgres(session) => session.send(sql, values),
        };
        self.note(sent)
    }

    /// Runs a statement that answers rows.
    pub fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DbFault> {
        let rows = match &mut self.backend {
            Backend::Sqlite(connection) => sqlite_query(connection, sql, values),
            Backend::Postgres(session) => session.query(sql, values),
        };
        self.note(rows)
    }

    /// Runs a statement that answers rows of texts, and tells `each` of them: nothing is copied.
    pub(crate) fn each<const COLUMNS: usize>(
        &mut self,
        sql: &str,
        values: &[Value],
        each: &mut dyn FnMut([&str; COLUMNS]),
    ) -> Result<(), DbFault> {
        let done = match &mut self.backend {
            Backend::Sqlite(connection) => sqlite_each(connection, sql, values, each),
            Backend::Postgres(session) => session.each(sql, values, each),
        };
        self.note(done)
    }

    /// Runs a statement that answers at most one row.
    pub fn query_one(&mut self, sql: &str, values: &[Value]) -> Result<Option<Row>, DbFault> {
        Ok(self.query(sql, values)?.into_iter().next())
    }

    /// Runs several statements without parameters, as migrations are.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), DbFault> {
        match &mut self.backend {
            Backend::Sqlite(connection) => connection.execute_batch(sql).map_err(DbFault::from),
            Backend::Postgres(session) => session.batch(sql),
        }
    }

    /// What a SELECT ends with to lock its rows until the commit; SQLite has one writer and needs nothing.
    pub fn for_update(&self) -> &'static str {
        match self.backend {
            Backend::Sqlite(_) => "",
            Backend::Postgres(_) => " FOR UPDATE",
        }
    }

    /// The database's own clock in milliseconds since 1970: the same for all who share the database, whatever theirs show.
    pub fn clock(&self) -> &'static str {
        match self.backend {
            Backend::Sqlite(_) => "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
            Backend::Postgres(_) => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
        }
    }

    /// What a SELECT ends with to claim rows that nobody else is claiming.
    pub fn skip_locked(&self) -> &'static str {
        match self.backend {
            Backend::Sqlite(_) => "",
            Backend::Postgres(_) => " FOR UPDATE SKIP LOCKED",
        }
    }

    fn note<T>(&mut self, outcome: Result<T, DbFault>) -> Result<T, DbFault> {
        if outcome.as_ref().is_err_and(DbFault::is_passing) {
            self.may_retry = true;
        }
        outcome
    }
}

/// Parameters of one statement at most.
pub(crate) const MAX_PARAMETERS: usize = 96;

/// Parameter names as SQLite knows them; statements may use any of them in any order.
const NAMES: [&str; MAX_PARAMETERS] = [
    "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$16",
    "$17", "$18", "$19", "$20", "$21", "$22", "$23", "$24", "$25", "$26", "$27", "$28", "$29", "$30", "$31",
    "$32", "$33", "$34", "$35", "$36", "$37", "$38", "$39", "$40", "$41", "$42", "$43", "$44", "$45", "$46",
    "$47", "$48", "$49", "$50", "$51", "$52", "$53", "$54", "$55", "$56", "$57", "$58", "$59", "$60", "$61",
    "$62", "$63", "$64", "$65", "$66", "$67", "$68", "$69", "$70", "$71", "$72", "$73", "$74", "$75", "$76",
    "$77", "$78", "$79", "$80", "$81", "$82", "$83", "$84", "$85", "$86", "$87", "$88", "$89", "$90", "$91",
    "$92", "$93", "$94", "$95", "$96",
];

fn sqlite_bind(statement: &mut rusqlite::CachedStatement<'_>, values: &[Value]) -> Result<(), DbFault> {
    for (place, (name, value)) in (1..).zip(NAMES.iter().zip(values)) {
        // Mostly the parameters stand in the order of their numbers, and none has to be looked for.
        let index = match statement.parameter_name(place) {
            Some(found) if found == *name => place,
            _ => statement
                .parameter_index(name)?
                .ok_or_else(|| DbFault::Failed(format!("the statement has no parameter {name}")))?,
        };
        match value {
            Value::Null => statement.raw_bind_parameter(index, rusqlite::types::Null)?,
            Value::Integer(value) => statement.raw_bind_parameter(index, value)?,
            Value::Text(value) => statement.raw_bind_parameter(index, value)?,
        }
    }
    Ok(())
}

fn sqlite_execute(connection: &rusqlite::Connection, sql: &str, values: &[Value]) -> Result<u64, DbFault> {
    let mut statement = connection.prepare_cached(sql)?;
    sqlite_bind(&mut statement, values)?;
    Ok(statement.raw_execute()? as u64)
}

fn sqlite_query(connection: &rusqlite::Connection, sql: &str, values: &[Value]) -> Result<Vec<Row>, DbFault> {
    let mut statement = connection.prepare_cached(sql)?;
    sqlite_bind(&mut statement, values)?;
    let columns = statement.column_count();
    let mut found = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let values =
            (0..columns).map(|column| sqlite_value(row.get_ref(column)?)).collect::<Result<_, DbFault>>()?;
        found.push(Row(values));
    }
    Ok(found)
}

fn sqlite_each<const COLUMNS: usize>(
    connection: &rusqlite::Connection,
    sql: &str,
    values: &[Value],
    each: &mut dyn FnMut([&str; COLUMNS]),
) -> Result<(), DbFault> {
    let mut statement = connection.prepare_cached(sql)?;
    sqlite_bind(&mut statement, values)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let mut texts = [""; COLUMNS];
        for (column, text) in texts.iter_mut().enumerate() {
            *text = row
                .get_ref(column)?
                .as_str()
                .map_err(|_| DbFault::Failed(format!("column {column} should hold text")))?;
        }
        each(texts);
    }
    Ok(())
}

fn sqlite_value(value: rusqlite::types::ValueRef<'_>) -> Result<Value, DbFault> {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(value) => Ok(Value::Integer(value)),
        ValueRef::Text(bytes) => Ok(Value::Text(String::from_utf8_lossy(bytes).into_owned())),
        other => Err(DbFault::Failed(format!("a column of type {} is not expected", other.data_type()))),
    }
}
