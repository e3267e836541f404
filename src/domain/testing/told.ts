/**
 * Test support: a verdict told in full, as text that a person can judge, and the files of what is expected to be told.
 * Times are told relative to the tests' present (`now-900s`), so that they read as what they mean.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Evidence, Finding, ParamValue, ReplicaVerdict, VolumeVerdict } from '../health/types';
import { NOW } from './raw-objects';

const FAR = 10 ** 10;

/** A moment as `now-900s`, `now` or `now+60s`; `—` when there is none. */
export function tellTime(at: number | null): string {
  if (at === null) return '—';
  return at === NOW ? 'now' : `now${at < NOW ? '-' : '+'}${String(Math.abs(at - NOW) / 1000)}s`;
}

/** Quoted where its ends would not be seen. */
function tellText(text: string): string {
  return text === '' || text.trim() !== text ? `"${text}"` : text;
}

function tellParam(value: ParamValue): string {
  if (typeof value === 'string') return tellText(value);
  return value > NOW - FAR && value < NOW + FAR ? tellTime(value) : String(value);
}

/** Parameters as `node=node-3 percent=43`, in order of name. */
export function tellParams(params: Readonly<Record<string, ParamValue>>): string {
  return Object.keys(params).sort().map((name) => `${name}=${tellParam(params[name] ?? '')}`).join(' ');
}

/** One piece of evidence: kind, object, field, value; when it was read, if not a second ago. */
export function tellEvidence({ kind, id, path, value, readAt }: Evidence): string {
  return `    ${kind} ${id} ${path}: ${value === null ? 'null' : tellText(value)}${readAt === null ? ' (not read)' : readAt === NOW - 1000 ? '' : ` (read ${tellTime(readAt)})`}`;
}

/** `code [level, phase, marks] node=…`, and a line per piece of evidence; common parameters as `of pvc-1, 2/3`. */
export function tellFinding(finding: Finding): string {
  const { volume, good, wanted, ...own } = finding.params;
  const marks = [finding.level, finding.phase, finding.isNote === true ? 'note' : null, finding.needsHelp === true ? 'needs help' : null].filter((mark) => mark !== null);
  return [`  ${finding.code} [${marks.join(', ')}] of ${String(volume)}, ${String(good)}/${String(wanted)} ${tellParams(own)}`.trimEnd(), ...finding.evidence.map(tellEvidence)].join('\n');
}

function tellReplica(replica: ReplicaVerdict): string {
  const marks = [replica.isGood ? 'good' : null, replica.isLocal ? 'local' : null, replica.isEvicting ? 'leaving' : null].filter((mark) => mark !== null);
  const { rebuild } = replica;
  const progress = rebuild === null ? '' : `, ${String(rebuild.percent)} % from ${rebuild.fromNodes.join('+') || '—'} to ${rebuild.toNode || '—'} at ${String(rebuild.capMBps)} MB/s${rebuild.error === '' ? '' : `: ${rebuild.error}`}`;
  return `  ${[replica.name, replica.class, ...marks].join(' ')} on ${replica.nodeName || '—'}/${replica.diskName || '—'}/${replica.diskId || '—'} since ${tellTime(replica.since)}${progress}`;
}

function tellState(verdict: VolumeVerdict): string {
  const state = [verdict.level, verdict.phase, verdict.needsAttention ? 'needs attention' : null, verdict.rebuild === null ? null : `rebuilding ${verdict.rebuild.toNode}`].filter((word) => word !== null);
  return `${verdict.volumeName}: ${state.join(', ')}; ${String(verdict.goodReplicas)} of ${String(verdict.wantedReplicas)}; since ${tellTime(verdict.since)}`;
}

function tellFindings({ headline, facts }: VolumeVerdict): readonly string[] {
  return [' says', tellFinding(headline), ...(facts.length === 0 ? [] : [' and', ...facts.map(tellFinding)])];
}

/** The verdict without its replicas: its line, its headline and its facts. */
export function tellSays(verdict: VolumeVerdict): string {
  return [tellState(verdict), ...tellFindings(verdict)].join('\n');
}

/** The whole verdict: its line, its replicas, its headline and its facts. */
export function tellVerdict(verdict: VolumeVerdict): string {
  return [tellState(verdict), ...verdict.replicas.map(tellReplica), ...tellFindings(verdict)].join('\n');
}

const HEADING = '## ';

/**
 * What a file expects to be told, by heading (`## row 1: rebuilding`). `TELL=write` puts what was told in its place: to be
 * read, line by line, before it is committed.
 */
export class Expected {
  private readonly path: URL;
  private readonly sections = new Map<string, string>();
  private readonly told = new Map<string, string>();

  constructor(path: URL) {
    this.path = path;
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    for (const part of text.split(`\n${HEADING}`).slice(1)) {
      const end = part.indexOf('\n');
      this.sections.set(part.slice(0, end), part.slice(end + 1).trimEnd());
    }
  }

  /** What is expected under a heading; with `TELL=write`, what was told. */
  of(heading: string, told: string): string | undefined {
    // Mutation tests ask again and again.
    if (this.told.has(heading) && process.env.TELL !== 'again') throw new Error(`Two cases are called "${heading}"`);
    this.told.set(heading, told);
    return process.env.TELL === 'write' ? told : this.sections.get(heading);
  }

  /** Headings that no case told: left over from one that is gone. Call it last. */
  unused(): readonly string[] {
    if (process.env.TELL === 'write') writeFileSync(this.path, `# What ${String(this.path).split('/').at(-1) ?? ''} expects: see src/domain/testing/told.ts\n${[...this.told].map(([heading, text]) => `\n${HEADING}${heading}\n${text}\n`).join('')}`);
    return process.env.TELL === 'write' ? [] : [...this.sections.keys()].filter((heading) => !this.told.has(heading));
  }
}
