// Sends one file by tus-js-client in Node, as told by a JSON argument; prints what became of it.
//   {modules, endpoint, headers, file, sha256, storage, retryDelays}
import { createReadStream, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const told = JSON.parse(process.argv[2]);
const tus = createRequire(join(told.modules, "anchor.js"))("tus-js-client");
const said = { done: false, status: 0, resumed: false };

const upload = new tus.Upload(createReadStream(told.file), {
  endpoint: told.endpoint,
  headers: told.headers,
  metadata: { sha256: told.sha256, filetype: "image/jpeg" },
  uploadSize: statSync(told.file).size,
  retryDelays: told.retryDelays,
  urlStorage: new tus.FileUrlStorage(told.storage),
  onError: (error) => end({ status: error.originalResponse?.getStatus() ?? 0 }),
  onSuccess: () => end({ done: true }),
});

function end(more) {
  console.log(JSON.stringify({ ...said, ...more }));
  process.exit(0);
}

const [previous] = await upload.findPreviousUploads();
if (previous) {
  said.resumed = true;
  upload.resumeFromPreviousUpload(previous);
}
upload.start();
