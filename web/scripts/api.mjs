// Writes shared/api/schema.d.ts from the contract, so that a change of the API that a page does not
// follow is a type error. The file is made at build and not tracked: the contract is the source.
import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

const contract = new URL('../../api/openapi.yaml', import.meta.url)
const target = new URL('../shared/api/schema.d.ts', import.meta.url)
if (!existsSync(contract)) {
  console.error('api/openapi.yaml is missing: write it with `qunyan openapi`')
  process.exit(1)
}
const types = astToString(await openapiTS(contract, { alphabetize: true }))
writeFileSync(target, `// Written by scripts/api.mjs from api/openapi.yaml. Do not edit.\n${types}`)
console.log(`wrote ${fileURLToPath(target)}`)
