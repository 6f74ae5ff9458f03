// Writes a .br and a .gz beside every text file of the build, so that the web bridge never compresses at run time.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const TEXT = /\.(js|css|html|svg|json|webmanifest|txt)$/;
const folder = process.argv[2] ?? 'dist';
let [files, plain, small] = [0, 0, 0];

for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !TEXT.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const bytes = await readFile(path);
  const br = await promisify(brotliCompress)(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  await writeFile(`${path}.br`, br);
  await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
  files += 1;
  plain += bytes.length;
  small += br.length;
}
process.stdout.write(`${files} files: ${Math.round(plain / 1000)} kB, ${Math.round(small / 1000)} kB as brotli\n`);
