// Firebase's own Auth emulator, without the rest of its tools around it: node auth.cjs PROJECT PORT
// What is required here is no public interface of theirs: package.json pins the one version that this was tried with.

const { createApp } = require("firebase-tools/lib/emulator/auth/server.js");

const WARN_OF_OTHER_PROJECTS = 1; // and serve them: tests have projects of their own
const [project, port] = process.argv.slice(2);

createApp(project, WARN_OF_OTHER_PROJECTS).then((app) => {
  const server = app.listen(Number(port), "127.0.0.1");
  server.on("error", (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
});
