// The system's parts as processes: to take one away and give it back. Linux only, and on the machine that runs the demo.
import { readdirSync, readFileSync } from 'node:fs';
import { demoPid } from './system.js';

/** Every process as { pid, parent, command }; one that ends meanwhile is left out. */
function processes() {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // After the name in brackets, which may hold anything: state, parent.
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return [{ pid: Number(name), parent, command: readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0') }];
    } catch (error) {
      if (error.code === 'ENOENT' || error.code === 'ESRCH') return [];
      throw error;
    }
  });
}

/** The process of one role of the demo: `callbridge`, `webbridge` or `scheduler`, a child of its `node`. */
function pidOf(role) {
  const all = processes();
  const child = (parent, what) => all.find((process) => process.parent === parent && process.command[1] === what)?.pid;
  const pid = child(child(demoPid, 'node'), role);
  if (!pid) throw new Error(`the demo (process ${String(demoPid)}) has no ${role}`);
  return pid;
}

/** Stops a role as if it hung, does `work`, and lets the role go on: also if `work` fails or the tests are broken off. */
export async function without(role, work) {
  const pid = pidOf(role);
  const goOn = () => process.kill(pid, 'SIGCONT');
  const breakOff = () => process.exit(1);
  process.on('exit', goOn);
  process.on('SIGINT', breakOff);
  process.on('SIGTERM', breakOff);
  process.kill(pid, 'SIGSTOP');
  try {
    await work();
  } finally {
    goOn();
    process.off('exit', goOn);
    process.off('SIGINT', breakOff);
    process.off('SIGTERM', breakOff);
  }
}
