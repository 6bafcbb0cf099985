export { LiveProvider, type LogStore, useLiveStatus, useLog } from "./live";
