//! A PostgreSQL session: statements are prepared once, and sent in as few flights as a transaction allows.
//!
//! What nobody waits for (`BEGIN`, statements given to [`Session::send`], `COMMIT`) travels with the next thing that is
//! waited for, one behind the other on the wire. A transaction that only writes is one flight.

use std::{collections::HashMap, future::poll_fn, pin::Pin, task::Poll, time::Duration};

use tokio::runtime::Runtime;
use tokio_postgres::{
    Client, Config, Error, NoTls, Statement,
    error::SqlState,
    types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{DbFault, Row, Value};

/// Longest wait for what one flight asks, the work on the server included. Without an answer the connection is dropped.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest wait until a session with one of the hosts is open, a host; one that accepts and is silent is no better than one
/// that is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// A connection with what it has prepared and what waits to be sent.
pub(crate) struct Session {
    runtime: Runtime,
    client: Client,
    prepared: HashMap<String, Statement>,
    waiting: Vec<Step>,
    /// Whether what is asked belongs to a transaction.
    has_transaction: bool,
    /// Whether the server knows of the transaction.
    begun: bool,
    /// Set when the connection can't be used any more although it is open.
    broken: bool,
}

/// One thing asked of the server.
enum Step {
    Plain(&'static str),
    Execute(Statement, Vec<Value>),
    Query(Statement, Vec<Value>),
}

/// What the server answered to a step.
enum Answer {
    Count(u64),
    Rows(Vec<tokio_postgres::Row>),
}

/// Why a flight failed, and at which of its steps.
struct Failed {
    at: usize,
    /// `None` when there was no answer in time.
    error: Option<Error>,
}

type Asked<'a> = Pin<Box<dyn Future<Output = Result<Answer, Error>> + 'a>>;

impl Session {
    /// Connects. Blocks, and must not be called within a runtime.
    pub(crate) fn connect(config: &Config, tls: Option<&MakeRustlsConnect>) -> Result<Self, DbFault> {
        let hosts = u32::try_from(config.get_hosts().len()).unwrap_or(1).max(1);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| DbFault::Unreachable(e.to_string()))?;
        let connected = runtime.block_on(async {
            let connect = async {
                // The task ends with the connection; what it ended with is told to whoever asks next.
                Ok::<_, Error>(match tls {
                    Some(tls) => {
                        let (client, connection) = config.connect(tls.clone()).await?;
                        drop(tokio::spawn(async move { drop(connection.await) }));
                        client
                    }
                    None => {
                        let (client, connection) = config.connect(NoTls).await?;
                        drop(tokio::spawn(async move { drop(connection.await) }));
                        client
                    }
                })
            };
            tokio::time::timeout(CONNECT_TIMEOUT * hosts, connect).await
        });
        let client = connected.map_err(|_| no_answer())??;
        Ok(Self {
            runtime,
            client,
            prepared: HashMap::new(),
            waiting: Vec::new(),
            has_transaction: false,
            begun: false,
            broken: false,
        })
    }

    /// Whether it can be used no more.
    pub(crate) fn is_closed(&self) -> bool {
        self.broken || self.client.is_closed()
    }

    /// Begins a transaction with these words, once there is something to do in it; without words each statement stands alone.
    pub(crate) fn begin(&mut self, words: Option<&'static str>) {
        self.waiting.clear();
        self.waiting.extend(words.map(Step::Plain));
        self.has_transaction = words.is_some();
        self.begun = false;
    }

    /// Runs a statement that nobody needs the count of: it may be sent as late as with the commit.
    pub(crate) fn send(&mut self, sql: &str, values: &[Value]) -> Result<(), DbFault> {
        let statement = self.statement(sql)?;
        self.waiting.push(Step::Execute(statement, values.to_vec()));
        Ok(())
    }

    /// Runs a statement; the number of rows that it changed.
    pub(crate) fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, DbFault> {
        let statement = self.statement(sql)?;
        match self.fly(Step::Execute(statement, values.to_vec())).map_err(|failed| failed.fault())? {
            Answer::Count(count) => Ok(count),
            Answer::Rows(_) => Ok(0),
        }
    }

    /// Runs a statement that answers rows.
    pub(crate) fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DbFault> {
        let statement = self.statement(sql)?;
        match self.fly(Step::Query(statement, values.to_vec())).map_err(|failed| failed.fault())? {
            Answer::Rows(rows) => rows.iter().map(row).collect(),
            Answer::Count(_) => Ok(Vec::new()),
        }
    }

    /// Runs a statement that answers rows of texts, and tells `each` of them.
    pub(crate) fn each<const COLUMNS: usize>(
        &mut self,
        sql: &str,
        values: &[Value],
        each: &mut dyn FnMut([&str; COLUMNS]),
    ) -> Result<(), DbFault> {
        let statement = self.statement(sql)?;
        let answer = self.fly(Step::Query(statement, values.to_vec())).map_err(Failed::fault)?;
        let Answer::Rows(rows) = answer else { return Ok(()) };
        for row in &rows {
            let mut texts = [""; COLUMNS];
            for (column, text) in texts.iter_mut().enumerate() {
                *text = row.try_get(column)?;
            }
            each(texts);
        }
        Ok(())
    }

    /// Runs several statements without parameters, outside of the waiting ones; they may take as long as they need.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), DbFault> {
        Ok(self.runtime.block_on(self.client.batch_execute(sql))?)
    }

    /// Sets what holds for the session.
    pub(crate) fn set(&mut self, sql: &str) -> Result<(), DbFault> {
        let setting = async { tokio::time::timeout(ANSWER_TIMEOUT, self.client.batch_execute(sql)).await };
        Ok(self.runtime.block_on(setting).map_err(|_| no_answer())??)
    }

    /// Commits. A connection that was lost meanwhile leaves the outcome unknown.
    pub(crate) fn commit(&mut self) -> Result<(), DbFault> {
        if self.waiting.len() == 1 && !self.begun {
            self.waiting.clear();
            return Ok(());
        }
        let commit_at = self.waiting.len();
        match self.fly(Step::Plain("COMMIT")) {
            Ok(_) => Ok(()),
            Err(Failed { at, error: Some(error) }) => {
                // The server's own word on an earlier statement means that it did not come to the commit.
                let told = error.code().is_some() && at < commit_at;
                let fault = DbFault::from(error);
                if !told && let DbFault::Unreachable(text) = fault {
                    Err(DbFault::Unknown(text))
                } else {
                    Err(fault)
                }
            }
            Err(Failed { error: None, .. }) => Err(DbFault::Unknown(no_answer().to_string())),
        }
    }

    /// Undoes the transaction, as far as the server knows of it.
    pub(crate) fn roll_back(&mut self) {
        self.waiting.clear();
        if self.begun && !self.is_closed() && self.fly(Step::Plain("ROLLBACK")).is_err() {
            self.broken = true;
        }
        self.begun = false;
    }

    /// Sends what waits and `last`, all at once; the answer to `last`, or the first failure of all.
    fn fly(&mut self, last: Step) -> Result<Answer, Failed> {
        let mut steps = std::mem::take(&mut self.waiting);
        steps.push(last);
        self.begun = self.has_transaction;
        let client = &self.client;
        let flown = self.runtime.block_on(async {
            tokio::time::timeout(
                ANSWER_TIMEOUT,
                in_order(steps.iter().map(|step| ask(client, step)).collect()),
            )
            .await
        });
        let Ok(flown) = flown else {
            self.broken = true;
            return Err(Failed { at: 0, error: None });
        };
        flown.inspect_err(|failed| {
            self.broken |= failed.error.as_ref().is_none_or(wants_another_server);
        })
    }

    fn statement(&mut self, sql: &str) -> Result<Statement, DbFault> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let preparing = async { tokio::time::timeout(ANSWER_TIMEOUT, self.client.prepare(sql)).await };
        let Ok(statement) = self.runtime.block_on(preparing) else {
            self.broken = true;
            return Err(no_answer());
        };
        let statement = statement?;
        self.prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

impl Failed {
    fn fault(self) -> DbFault {
        self.error.map_or_else(no_answer, DbFault::from)
    }
}

fn no_answer() -> DbFault {
    DbFault::Unreachable(format!("no answer within {} s", ANSWER_TIMEOUT.as_secs()))
}

/// A server that has become a replica refuses every change: the new primary has to be looked for.
fn wants_another_server(error: &Error) -> bool {
    error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION)
}

fn ask<'a>(client: &'a Client, step: &'a Step) -> Asked<'a> {
    match step {
        Step::Plain(sql) => {
            Box::pin(async move { client.batch_execute(sql).await.map(|()| Answer::Count(0)) })
        }
        Step::Execute(statement, values) => {
            Box::pin(async move { client.execute(statement, &parameters(values)).await.map(Answer::Count) })
        }
        Step::Query(statement, values) => {
            Box::pin(async move { client.query(statement, &parameters(values)).await.map(Answer::Rows) })
        }
    }
}

/// Asks everything in order without waiting in between: a request is on its way once its future was polled first.
async fn in_order(mut asked: Vec<Asked<'_>>) -> Result<Answer, Failed> {
    let mut answers: Vec<Option<Result<Answer, Error>>> = asked.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut all = true;
        for (future, answer) in asked.iter_mut().zip(&mut answers) {
            if answer.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(ready) => *answer = Some(ready),
                    Poll::Pending => all = false,
                }
            }
        }
        if all { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    let mut last = Answer::Count(0);
    for (at, answer) in answers.into_iter().flatten().enumerate() {
        last = answer.map_err(|error| Failed { at, error: Some(error) })?;
    }
    Ok(last)
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn row(row: &tokio_postgres::Row) -> Result<Row, DbFault> {
    let values = row.columns().iter().enumerate().map(|(index, column)| {
        Ok(match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(index)?.into(),
            Type::INT4 => row.try_get::<_, Option<i32>>(index)?.map(i64::from).into(),
            Type::TEXT | Type::VARCHAR | Type::NAME => row.try_get::<_, Option<String>>(index)?.into(),
            ref other => return Err(DbFault::Failed(format!("a column of type {other} is not expected"))),
        })
    });
    values.collect::<Result<_, _>>().map(Row)
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self, ty) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Integer(value), &Type::INT4) => i32::try_from(*value)?.to_sql(ty, out),
            (Self::Integer(value), _) => value.to_sql(&Type::INT8, out),
            // PostgreSQL has no NUL in text; SQLite keeps it. Dropping it keeps both alike.
            (Self::Text(value), _) if value.contains('\0') => {
                value.replace('\0', "").to_sql(&Type::TEXT, out)
            }
            (Self::Text(value), _) => value.to_sql(&Type::TEXT, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::INT4 | Type::TEXT | Type::VARCHAR | Type::UNKNOWN)
    }

    to_sql_checked!();
}
