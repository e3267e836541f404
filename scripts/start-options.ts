export interface StartOptions {
  readonly port: number;
  readonly host: string;
  /** Origin of a real Harvester; null for the embedded cluster. */
  readonly api: string | null;
  /** Take the real server's certificate as it is. */
  readonly isInsecure: boolean;
  readonly scenario: string | null;
  readonly speed: number | null;
  readonly version: string | null;
  readonly role: string | null;
}

/** A wrong setting, in words for the person at the terminal. */
export class StartError extends Error {}

const isOn = (value: string | undefined): boolean => value !== undefined && !['', '0', 'false', 'no'].includes(value.toLowerCase());

function readApi(value: string | undefined): string | null {
  if (!value) {
    return null;
  }
  let url: URL;

  try {
    url = new URL(value);
  } catch {
    throw new StartError(`API=${ value } is not an address. Example: API=https://harvester.example npm start`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new StartError(`API=${ value } must start with https:// or http://`);
  }

  return url.origin;
}

/** Reads what `npm start` takes from the environment. Throws `StartError`. */
export function readStartOptions(env: Readonly<Record<string, string | undefined>>): StartOptions {
  const port = Number(env.PORT || '8005');
  const speed = env.SPEED ? Number(env.SPEED) : null;

  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new StartError(`PORT=${ env.PORT ?? '' } is not a port number.`);
  }
  if (speed !== null && !(speed > 0)) {
    throw new StartError(`SPEED=${ env.SPEED ?? '' } must be a number above 0: 10 lets the embedded cluster live ten times as fast.`);
  }

  return {
    port,
    host: env.HOST || '127.0.0.1',
    api: readApi(env.API),
    isInsecure: isOn(env.API_INSECURE),
    scenario: env.SCENARIO || null,
    speed,
    version: env.HARVESTER_VERSION || null,
    role: env.ROLE || null
  };
}

/** Session cookies of an https server, made fit for http://localhost. */
export function rewriteCookie(cookie: string): string {
  return cookie.split(';').map((part) => part.trim()).filter((part) => !/^(secure|domain=.*|samesite=none|partitioned)$/i.test(part)).join('; ');
}
