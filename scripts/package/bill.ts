import { createHash } from 'node:crypto';
import { Enums, Models, Serialize, Spec, SPDX } from '@cyclonedx/cyclonedx-library';
import type { BundledPackage } from './bundled';

/** What a bill of materials is of. */
export interface BillSubject {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  /** The package as people download it. */
  readonly archive: Buffer;
}

function component(type: Enums.ComponentType, { name, version, description, license }: Omit<BillSubject, 'archive'>): Models.Component {
  const [, group, short = name] = /^(?:(@[^/]+)\/)?(.+)$/.exec(name) ?? [];
  const result = new Models.Component(type, short, { group, version, description: description === '' ? undefined : description, bomRef: `${ name }@${ version }` });

  if (license !== '') {
    result.licenses.add(SPDX.isSupportedSpdxId(license) ? new Models.SpdxLicense(license) : new Models.NamedLicense(license));
  }

  return result;
}

/** `pkg:npm/%40vue/shared@3.5.0`: the "@" of a scope is escaped (purl-spec, type npm). */
function packageUrl({ name, version }: BundledPackage): string {
  return `pkg:npm/${ name.replace(/^@/, '%40') }@${ encodeURIComponent(version) }`;
}

/** A number made from the contents: the same package has the same one. */
function serialNumber(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');

  return `urn:uuid:${ hex.slice(0, 8) }-${ hex.slice(8, 12) }-8${ hex.slice(13, 16) }-a${ hex.slice(17, 20) }-${ hex.slice(20, 32) }`;
}

/**
 * Bill of materials (CycloneDX 1.6, JSON): the package, its digest, and every package of others that is inside its
 * scripts. It has no date and no random number, so that the same package has the same bill.
 */
export function createBill(subject: BillSubject, packages: readonly BundledPackage[]): Buffer {
  const root = component(Enums.ComponentType.Application, subject);
  const bom = new Models.Bom({ metadata: new Models.Metadata({ component: root }) });
  const parts = packages.map((each) => ({ each, part: component(Enums.ComponentType.Library, each) }));

  root.hashes.set(Enums.HashAlgorithm['SHA-256'], createHash('sha256').update(subject.archive).digest('hex'));
  for (const { each, part } of parts) {
    part.purl = packageUrl(each) as Models.Component['purl'];
    if (each.homepage !== '') {
      part.externalReferences.add(new Models.ExternalReference(each.homepage, Enums.ExternalReferenceType.Website));
    }
    for (const other of parts) {
      if (each.dependencies.includes(other.each.name)) {
        part.dependencies.add(other.part.bomRef);
      }
    }
    bom.components.add(part);
    root.dependencies.add(part.bomRef);
  }
  bom.serialNumber = serialNumber(JSON.stringify([subject.name, subject.version, packages, root.hashes.get(Enums.HashAlgorithm['SHA-256'])]));

  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));

  return Buffer.from(`${ serializer.serialize(bom, { sortLists: true, space: 2 }) }\n`);
}
