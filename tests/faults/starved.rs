//! Processes that run out of something: room on the disk, descriptors, the right to write, a turn at the database.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use convoke::dev::{
    layout::{Layout, NodeLayout},
    system::System,
};
use convoke_runtime::Role;
use convoke_testkit::{own_address, process::Process};
use futures_util::future::join_all;
use http::Method;
use nix::sys::signal::{SigHandler, Signal, signal};
use serde_json::{Value, json};
use tokio::{io::AsyncReadExt as _, net::TcpStream};

use crate::{
    killed::permanent_space,
    world::{Answer, Plan, World, journey},
};

/// How soon all is well again when there is enough again.
const WELL_AGAIN: Duration = Duration::from_secs(3);

fn run(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Limits a running process by `prlimit` (util-linux), the soft limit alone, so that it can be raised again.
fn limit(process: i32, resource: &str, soft: &str) {
    let (pid, limit) = (process.to_string(), format!("--{resource}={soft}:"));
    assert!(run("prlimit", &["--pid", &pid, &limit]), "prlimit {limit} of {pid}");
}

fn meeting(world: &World, place: (&str, &str)) -> Value {
    let mut request = world.weekly();
    let fields = request.as_object_mut().unwrap();
    fields.remove("coSpaceTemplate");
    fields.remove("organizerRole");
    fields.insert("attendees".into(), json!([]));
    fields.insert(place.0.into(), json!(place.1));
    request
}

async fn schedule(world: &World, alice: &str, place: (&str, &str)) -> Answer {
    let url = format!("{}/api/v1/scheduler/meetings", world.web(0));
    world.call(Method::POST, &url, alice, Some(&meeting(world, place))).await
}

async fn until_scheduled(world: &World, alice: &str, place: (&str, &str)) {
    let begun = Instant::now();
    world
        .until("meetings to be scheduled again", async || {
            (schedule(world, alice, place).await.status == 201).then_some(())
        })
        .await;
    assert!(begun.elapsed() < WELL_AGAIN, "{:?}", begun.elapsed());
}

/// What can't be written is refused in words and not half there, what is there can be read, and both processes live on. What
/// still fits into the room that the files have already is taken.
async fn refused_while_full(world: &World, alice: &str, space: &str) {
    for place in [("coSpace", space), ("coSpaceTemplate", world.objects.template.as_str())] {
        let mut taken = 0;
        loop {
            let (before, begun) = (listed(world, alice).await, Instant::now());
            let answer = schedule(world, alice, place).await;
            if answer.status == 201 {
                taken += 1;
                assert!(taken < 200, "the disk does not become full");
                continue;
            }
            assert_eq!(
                (answer.status, &answer.json["part"]),
                (503, &json!("database")),
                "{place:?}: {}",
                answer.json
            );
            assert!(answer.json["detail"].as_str().unwrap().contains("out of reach"), "{}", answer.json);
            assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
            assert_eq!(listed(world, alice).await, before);
            break;
        }
    }
}

async fn listed(world: &World, alice: &str) -> usize {
    let url =
        format!("{}/api/v1/scheduler/meetings?fromTime=2026-12-01T00:00:00Z&maxMeetings=1000", world.web(0));
    let answer = world.call(Method::GET, &url, alice, None).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
    answer.json.as_array().unwrap().len()
}

/// The limit of a file's size stands for a full disk: every write beyond it fails, as the signal is ignored.
#[test]
#[expect(unsafe_code, reason = "the disposition of a signal; ignoring one is safe")]
fn a_disk_without_room_refuses_what_changes_and_nothing_else_until_there_is_room() {
    // The processes inherit it.
    unsafe { signal(Signal::SIGXFSZ, SigHandler::SigIgn) }.unwrap();
    journey(async {
        let world = World::small().await;
        let space = permanent_space(&world).await;
        let alice = world.sign_in(0).await;
        until_scheduled(&world, &alice, ("coSpace", &space)).await;
        let writers: Vec<i32> =
            ["scheduler", "callbridge"].iter().flat_map(|role| world.processes(role)).collect();
        assert_eq!(writers.len(), 2);
        for &process in &writers {
            limit(process, "fsize", "4096");
        }
        refused_while_full(&world, &alice, &space).await;
        for &process in &writers {
            limit(process, "fsize", "unlimited");
        }
        until_scheduled(&world, &alice, ("coSpaceTemplate", &world.objects.template)).await;
        let now: Vec<i32> =
            ["scheduler", "callbridge"].iter().flat_map(|role| world.processes(role)).collect();
        assert_eq!(now, writers, "the processes live on");
    });
}

/// A file system of its own that is really full, where that may be mounted.
#[test]
fn a_file_system_that_is_full_is_no_different() {
    journey(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap().to_owned();
        let mount = Mounted::at(&path);
        let mounted = mount.is_some();
        let is_root = nix::unistd::geteuid().is_root();
        println!("mounted: {mounted}");
        assert!(mounted || !is_root || !can_mount(), "root may mount");
        let settings = vec![(1, "data_dir = \"data/cms1\"".to_owned(), format!("data_dir = \"{path}\""))];
        {
            let world = World::build(&Plan { settings, ..Plan::default() }, &[]).await;
            let space = permanent_space(&world).await;
            let alice = world.sign_in(0).await;
            until_scheduled(&world, &alice, ("coSpace", &space)).await;
            if mounted {
                let junk = folder.path().join("junk");
                let mut file = fs::File::create(&junk).unwrap();
                while file.write_all(&[7; 4096]).is_ok() {}
                refused_while_full(&world, &alice, &space).await;
                // A file that is open still takes its place.
                drop(file);
                fs::remove_file(&junk).unwrap();
                until_scheduled(&world, &alice, ("coSpaceTemplate", &world.objects.template)).await;
            }
        }
        drop(mount);
    });
}

/// A small file system of its own at a path, until this is dropped.
struct Mounted(String);

impl Mounted {
    fn at(path: &str) -> Option<Self> {
        run("mount", &["-t", "tmpfs", "-o", "size=16m", "tmpfs", path]).then(|| Self(path.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // A process that is slow to end does not keep it.
        run("umount", &["-l", &self.0]);
    }
}

/// Whether this root has the right to mount, which one in a container may lack (CAP_SYS_ADMIN is bit 21).
fn can_mount() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let rights = status.lines().find_map(|line| line.strip_prefix("CapEff:")).unwrap();
    u64::from_str_radix(rights.trim(), 16).unwrap() & (1 << 21) != 0
}

/// Another process keeps the database's one writer busy: what changes waits its turn, then is refused in words; who reads
/// notices nothing.
#[test]
fn a_database_that_is_written_to_all_the_time_refuses_in_time_and_is_read_meanwhile() {
    journey(async {
        let world = World::small().await;
        let space = permanent_space(&world).await;
        let alice = world.sign_in(0).await;
        let file = world.system.layout.folder.join("data/cms1/convoke.db");
        let program = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)\nc.execute('BEGIN IMMEDIATE')\nprint('held', flush=True)\nimport time\ntime.sleep(120)";
        let mut holder = Command::new("python3");
        let holder = Process::start(holder.arg("-c").arg(program).arg(&file));
        holder.wait_for_line("held");
        let begun = Instant::now();
        let changes = join_all((0..4).map(|_| schedule(&world, &alice, ("coSpace", &space))));
        let (answers, reading) = tokio::join!(changes, async {
            listed(&world, &alice).await;
            begun.elapsed()
        });
        assert!(reading < Duration::from_secs(1), "{reading:?}");
        for answer in answers {
            assert_eq!((answer.status, &answer.json["part"]), (503, &json!("database")), "{}", answer.json);
            assert!(answer.json["detail"].as_str().unwrap().contains("too much to do"), "{}", answer.json);
        }
        println!("refused after {:?}", begun.elapsed());
        assert!(begun.elapsed() < Duration::from_secs(13), "{:?}", begun.elapsed());
        drop(holder);
        until_scheduled(&world, &alice, ("coSpace", &space)).await;
    });
}

/// A database file that must not be written to is told in words, and taken up again by itself.
#[test]
fn a_database_that_may_only_be_read_is_told_and_used_once_it_may_be_written_to() {
    journey(async {
        let mut world = World::small().await;
        let alice = world.sign_in(0).await;
        world.system.stop_node(0).unwrap();
        let folder = world.system.layout.folder.join("data/cms1");
        let only_read = OnlyRead::of(&folder.join("convoke.db"));
        world.system.start_node(0, &[&crate::world::clock_at(crate::world::NOW)]).unwrap();
        world
            .until("the fault in words", async || {
                let log = world.logs();
                let told =
                    |role: &str| log.contains(&format!("{role} can't run: the database can't be opened"));
                (told("scheduler") && told("callbridge") && log.contains("is read-only")).then_some(())
            })
            .await;
        drop(only_read);
        world.system.until_ready().await.unwrap();
        let template = world.objects.template.clone();
        until_scheduled(&world, &alice, ("coSpaceTemplate", &template)).await;
    });
}

/// A file that can only be read, until this is dropped: by its mode, and for root, whom modes do not stop, by a mount.
struct OnlyRead {
    file: std::path::PathBuf,
    mounted: bool,
}

impl OnlyRead {
    fn of(file: &Path) -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let name = file.to_str().unwrap();
        let mounted = run("mount", &["--bind", name, name]) && run("mount", &["-o", "remount,ro,bind", name]);
        if !mounted {
            assert!(!nix::unistd::geteuid().is_root() || !can_mount(), "root may mount");
            fs::set_permissions(file, fs::Permissions::from_mode(0o444)).unwrap();
        }
        Self { file: file.to_owned(), mounted }
    }
}

impl Drop for OnlyRead {
    fn drop(&mut self) {
        use std::os::unix::fs::PermissionsExt as _;
        if self.mounted {
            run("umount", &["-l", self.file.to_str().unwrap()]);
        } else {
            drop(fs::set_permissions(&self.file, fs::Permissions::from_mode(0o600)));
        }
    }
}

/// The time that a process has spent computing, in ticks of 10 ms.
fn ticks(process: i32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[test]
fn a_web_bridge_without_descriptors_does_not_spin_and_serves_once_it_has_some() {
    journey(async {
        let world = World::small().await;
        let node = world.system.layout.nodes[0].clone();
        let process = world.processes("webbridge")[0];
        let open = fs::read_dir(format!("/proc/{process}/fd")).unwrap().count();
        limit(process, "nofile", &(open + 10).to_string());
        let mut held = Vec::new();
        for _ in 0..60 {
            held.push(TcpStream::connect((node.address, node.ports.web_app)).await.unwrap());
        }
        world
            .until("it to be told", async || world.logs().contains("can't accept connections").then_some(()))
            .await;
        let before = ticks(process);
        tokio::time::sleep(Duration::from_secs(1)).await;
        let spent = ticks(process) - before;
        assert!(spent < 30, "it spins: {spent} of 100 ticks");
        assert_eq!(world.processes("webbridge"), [process]);
        let begun = Instant::now();
        drop(held);
        world.until("a page", async || world.try_call(Method::GET, &world.web(0), "", None).await.ok()).await;
        assert!(begun.elapsed() < WELL_AGAIN, "{:?}", begun.elapsed());
    });
}

/// Connections that come at the same time.
const CROWD: usize = 500;
/// Of which so many are held.
const MOST: usize = 150;

/// More connections than a web bridge may hold, here 150 of 300 descriptors: the surplus is closed at once, what it needs
/// for itself is left, and it serves when they are gone. `make soak` tries 100,000.
#[test]
fn connections_without_end_are_closed_at_once_and_nobody_else_suffers_for_long() {
    journey(async {
        let attempts = if std::env::var_os("CONVOKE_SOAK_SECONDS").is_some() { 100_000 } else { 2_000 };
        let folder = tempfile::tempdir().unwrap();
        let address = own_address(1);
        let node = NodeLayout::new(1, address, address.to_string(), true).unwrap();
        let mail = (address, 25).into();
        let layout =
            Layout { folder: folder.path().to_owned(), database: None, nodes: vec![node.clone()], mail };
        let system = System::prepare(layout, Path::new(env!("CARGO_BIN_EXE_convoke"))).unwrap();
        let mut command = Command::new("prlimit");
        command.args([
            "--nofile=300:300",
            env!("CARGO_BIN_EXE_convoke"),
            Role::WebBridge.subcommand(),
            "--config",
        ]);
        let bridge = Process::start(command.arg(folder.path().join("cms1.toml")));
        bridge.wait_for_line("Web bridge listening");
        for _ in 0..attempts / CROWD {
            let mut crowd = tokio::task::JoinSet::new();
            for _ in 0..CROWD {
                crowd.spawn(async move {
                    // One that is held hears nothing; a refused one ends.
                    if let Ok(mut stream) = TcpStream::connect((address, node.ports.web_app)).await {
                        let _ = stream.read(&mut [0; 1]).await;
                    }
                });
            }
            for number in 0..CROWD - MOST {
                let ended = tokio::time::timeout(Duration::from_secs(8), crowd.join_next()).await;
                assert!(ended.is_ok(), "only {number} of {CROWD} were closed");
            }
            let open = fs::read_dir(format!("/proc/{}/fd", bridge.pid())).unwrap().count();
            assert!(open < 200, "it holds more than its share: {open} descriptors are open");
        }
        bridge.wait_for_line("listener is full: further connections are closed");
        let begun = Instant::now();
        loop {
            if system.get(&format!("https://{address}:{}/", node.ports.web_app)).await.is_ok() {
                break;
            }
            assert!(begun.elapsed() < WELL_AGAIN, "{:?}", begun.elapsed());
        }
    });
}
