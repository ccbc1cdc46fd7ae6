// A Bluesky PDS with a directory of its own, both on the loopback interface and gone when the process ends.
// node serve.mjs DIRECTORY_PORT PDS_PORT FOLDER NAME; prints "ready" when both answer.
import http from "node:http";
import { mkdirSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";

// Both servers call listen(port), which would be every interface of the machine.
const listen = http.Server.prototype.listen;
http.Server.prototype.listen = function (port, ...rest) {
  const callback = rest.find((each) => typeof each === "function");
  return listen.call(this, { port, host: "127.0.0.1" }, callback);
};

const require = createRequire(import.meta.url);
const plc = require("@did-plc/server");
const pds = await import("@atproto/pds");
const [directoryPort, port] = [Number(process.argv[2]), Number(process.argv[3])];
const [folder, hostname] = [process.argv[4], process.argv[5]];
const secret = () => randomBytes(32).toString("hex");
mkdirSync(`${folder}/blobs`, { recursive: true });

const directory = plc.PlcServer.create({ db: plc.Database.mock(), port: directoryPort });
await directory.start();
Object.assign(process.env, {
  PDS_HOSTNAME: hostname, PDS_PORT: String(port), PDS_DEV_MODE: "true", PDS_DISABLE_SSRF_PROTECTION: "true",
  PDS_SERVICE_HANDLE_DOMAINS: ".test", PDS_INVITE_REQUIRED: "false", PDS_DATA_DIRECTORY: folder,
  PDS_BLOBSTORE_DISK_LOCATION: `${folder}/blobs`, PDS_DID_PLC_URL: `http://127.0.0.1:${directoryPort}`,
  PDS_JWT_SECRET: secret(), PDS_ADMIN_PASSWORD: secret(), PDS_DPOP_SECRET: secret(),
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: secret(), LOG_ENABLED: "false", PDS_RATE_LIMITS_ENABLED: "false",
});
const env = pds.readEnv();
const server = await pds.PDS.create(pds.envToCfg(env), pds.envToSecrets(env));
await server.start();
console.log("ready");
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
