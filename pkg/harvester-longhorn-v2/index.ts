export default function (): void { /* */ }
