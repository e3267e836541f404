export * from './contract';
export { ABORTED, ApiError, NETWORK_ERROR, toApiError } from './error';
export { createHarvesterApi } from './harvester-api';
