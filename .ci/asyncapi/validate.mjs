// Says what the official parser finds wrong in a document; warnings count, hints don't.
import { Parser, fromFile } from '@asyncapi/parser';

const { document, diagnostics } = await fromFile(new Parser(), process.argv[2]).parse();
const faults = diagnostics.filter((found) => found.severity <= 1);
for (const found of faults) console.error(`${found.path.join('.')}: ${found.message} (${found.code})`);
if (!document || faults.length > 0) process.exit(1);
console.log(`${process.argv[2]}: ${document.channels().length} channels, ${document.operations().length} operations, valid`);
