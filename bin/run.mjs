#!/usr/bin/env node
// Runs a TypeScript file of this project with Node 24: `node bin/run.mjs scripts/print-reference.ts`.
import { spawnSync } from 'node:child_process'
import { findNode, installDependencies, root } from './node24.mjs'

installDependencies()
const { status } = spawnSync(findNode(), ['--disable-warning=ExperimentalWarning', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(status ?? 1)
