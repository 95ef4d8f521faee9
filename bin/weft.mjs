#!/usr/bin/env node
// The `weft` command for any Node from 20 on: installs what is missing, then runs src/main.ts with Node 24.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { findNode, installDependencies, root } from './node24.mjs'

installDependencies()
const options = [
  '--disable-warning=ExperimentalWarning',
  // Node's own choice on a large machine is 64 MB, twice over: memory that a server's short-lived objects do not need.
  '--max-semi-space-size=16',
]
const child = spawn(findNode(), [...options, join(root, 'src', 'main.ts'), ...process.argv.slice(2)], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
})
// Ctrl-C reaches the child through the terminal as well; it treats a second signal as the first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
