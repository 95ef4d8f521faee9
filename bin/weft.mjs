#!/usr/bin/env node
// The `weft` command for any Node from 20 on: installs what is missing, then runs src/main.ts with Node 24.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { findNode, installDependencies, root } from './node24.mjs'

installDependencies()
const options = [
  '--disable-warning=ExperimentalWarning',
  // Node's own choices grow with the machine's memory. These keep the server below 400 MB under load, at the same speed,
  // and leave room for the largest body that is accepted.
  '--max-semi-space-size=16',
  // What a GP record leaves behind is collected half as often: a collection marks all that lives, in two threads.
  '--heap-growing-percent=150',
  '--max-old-space-size=1024',
]
const child = spawn(findNode(), [...options, join(root, 'src', 'main.ts'), ...process.argv.slice(2)], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
})
// Ctrl-C reaches the child through the terminal as well; it treats a second signal as the first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
