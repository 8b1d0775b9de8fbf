export type { Engine } from "./handles/engine.js";
export { AhnlichError, type ErrorCode, type ErrorDetails } from "./model/errors.js";
export type { ExportFormat, ExportOptions, ExportReport } from "./transfer/export-options.js";
export { exportStore } from "./transfer/export-store.js";
export type { ImportFormat, ImportOptions, ImportReport } from "./transfer/import-options.js";
export { importStore } from "./transfer/import-store.js";
export type { TransferProgress } from "./transfer/transfer-progress.js";
