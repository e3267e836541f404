import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createSimulator } from '../pkg/harvester-simulator/src/index';
import { awaitHarvester, explainError, findObstacle } from './reach';

/** For "harvester.example", signed by itself, good for a hundred years. It was made for these tests and protects nothing. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgI7bMuMTokX8b5RnI
k61ogh8LoN3tHUf1zVBUJ9Z2ZPGhRANCAASUD5n7tVUdYcXRv0Qt6+pB8MHkyjZm
ZldiBvxe9IVIf9uFi3wme/3ZfM3POTtrswwXXwjzD7cN8POKl1DERLLe
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBrTCCAVOgAwIBAgIUWYP335gPwt/GYT77U6zE+81W6OowCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRaGFydmVzdGVyLmV4YW1wbGUwIBcNMjYxMTIzMTY0NzM5WhgP
MjEyNjEwMzAxNjQ3MzlaMBwxGjAYBgNVBAMMEWhhcnZlc3Rlci5leGFtcGxlMFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAElA+Z+7VVHWHF0b9ELevqQfDB5Mo2ZmZX
Ygb8XvSFSH/bhYt8Jnv92XzNzzk7a7MMF18I8w+3DfDzipdQxESy3qNxMG8wHQYD
VR0OBBYEFD0/sUuTnj2MMq5vBf4yChQHdNVuMB8GA1UdIwQYMBaAFD0/sUuTnj2M
Mq5vBf4yChQHdNVuMA8GA1UdEwEB/wQFMAMBAf8wHAYDVR0RBBUwE4IRaGFydmVz
dGVyLmV4YW1wbGUwCgYIKoZIzj0EAwIDSAAwRQIhALtfGb0hkIcbN3dUbBajYiwe
p/K1oudpkMJXR7SVMwZkAiB66kmw2wCdUPlVJnA7/FGUm0wrYJdLbDQg+JarClwT
Iw==
-----END CERTIFICATE-----`;

const open: Server[] = [];
const sockets = new Set<Socket>();

async function listen(server: Server, port = 0): Promise<string> {
  await new Promise<void>((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  server.on('connection', (socket: Socket) => { sockets.add(socket); });
  open.push(server);

  return `127.0.0.1:${ (server.address() as AddressInfo).port }`;
}

const answering = (status: number, headers: Readonly<Record<string, string>> = {}): RequestListener => (_req, res) => { res.writeHead(status, headers).end('{}'); };

afterEach(async() => {
  sockets.forEach((socket) => { socket.destroy(); });
  sockets.clear();
  await Promise.all(open.splice(0).map((server) => new Promise((resolve) => { server.close(resolve); })));
});

describe('what is in the way of a Harvester', () => {
  test('nothing, when its API answers', async() => {
    const simulator = createSimulator({ scenario: 'empty', baseTime: 'now' });
    const { url, close } = await simulator.listen(0);

    expect(await findObstacle(url, false)).toBeNull();
    await close();
    await simulator.close();
  });

  test.each([401, 403])('nothing, when it only wants a sign-in (%i)', async(status) => {
    expect(await findObstacle(`http://${ await listen(createServer(answering(status))) }`, false)).toBeNull();
  });

  test.each([
    [404, /no Harvester API.*not that of a Rancher/],
    [503, /answers 503: .*just starting/],
    [302, /elsewhere \(302\)/]
  ])('another server, or one that is not up (%i)', async(status, words) => {
    expect(await findObstacle(`http://${ await listen(createServer(answering(status, { location: '/' }))) }`, false)).toMatch(words);
  });

  test('nothing listens', async() => {
    const server = createTcpServer();
    const host = await listen(server);

    await new Promise((resolve) => { server.close(resolve); });
    expect(await findObstacle(`http://${ host }`, false)).toMatch(/nothing listens at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/);
  });

  // These need a network: what Node says of them is told instead.
  test.each([
    ['ENOTFOUND', /no name server knows harvester\.example/],
    ['EAI_AGAIN', /no name server knows harvester\.example/],
    ['EHOSTUNREACH', /no way from here/],
    ['ENETUNREACH', /no way from here/],
    ['CERT_HAS_EXPIRED', /has expired .*API_INSECURE=1/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /is for another name .*API_INSECURE=1/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /authority that this machine does not know .*API_INSECURE=1/]
  ])('%s', (code, words) => {
    expect(explainError(new URL('https://harvester.example'), code)).toMatch(words);
    expect(explainError(new URL('https://harvester.example'), code)).toContain(code);
  });

  test('a server that takes the connection and says nothing', { timeout: 20_000 }, async() => {
    expect(await findObstacle(`http://${ await listen(createTcpServer()) }`, false)).toMatch(/no answer within 5 seconds/);
  });

  test('a server that hangs up', async() => {
    expect(await findObstacle(`http://${ await listen(createTcpServer((socket) => { socket.destroy(); })) }`, false)).toMatch(/the connection broke \(ECONNRESET\)/);
  });

  test('a certificate that is not trusted: says how to take it, and takes it when told', async() => {
    const api = `https://${ await listen(createTlsServer({ key: KEY, cert: CERTIFICATE }, answering(401))) }`;

    expect(await findObstacle(api, false)).toMatch(new RegExp(`certificate is self-signed .*API=${ api } API_INSECURE=1 npm start`));
    expect(await findObstacle(api, true)).toBeNull();
  });

  test('https where http is spoken, and the other way round', async() => {
    const plain = await listen(createServer(answering(200)));
    const secure = await listen(createTlsServer({ key: KEY, cert: CERTIFICATE }, answering(200)));

    expect(await findObstacle(`https://${ plain }`, true)).toContain(`Perhaps it speaks http there: API=http://${ plain } npm start`);
    expect(await findObstacle(`http://${ secure }`, true)).toContain(`Perhaps it speaks https there: API=https://${ secure } npm start`);
  });
});

describe('waiting for a Harvester', () => {
  test('says once what is in the way, then something else, then that it is there', async() => {
    const probe = createTcpServer();
    const host = await listen(probe);
    const port = Number(host.split(':')[1]);
    const told: string[] = [];
    let status = 503;

    await new Promise((resolve) => { probe.close(resolve); });
    const reached = new Promise<void>((resolve) => {
      awaitHarvester(`http://${ host }`, false, { onObstacle: (words) => { told.push(words); }, onReached: resolve }, 20);
    });

    await expect.poll(() => told.length).toBe(1);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    expect(told).toHaveLength(1);
    await listen(createServer((_req, res) => { res.writeHead(status).end(); }), port);
    await expect.poll(() => told.length).toBe(2);
    status = 401;
    await reached;
    expect(told[0]).toContain('nothing listens');
    expect(told[1]).toContain('503');
  });

  test('gives up without a word', async() => {
    let asked = 0;
    const told: string[] = [];
    const host = await listen(createServer((_req, res) => {
      asked++;
      res.writeHead(503).end();
    }));
    const stop = awaitHarvester(`http://${ host }`, false, { onObstacle: (words) => { told.push(words); }, onReached: () => { told.push('reached'); } }, 10);

    await expect.poll(() => asked).toBeGreaterThan(1);
    stop();
    const before = asked;

    await new Promise((resolve) => { setTimeout(resolve, 100); });
    expect(asked - before).toBeLessThan(2);
    expect(told).toHaveLength(1);
  });
});
