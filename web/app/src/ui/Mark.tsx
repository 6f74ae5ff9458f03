// Convoke's mark: a ring of people, open for one more.
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path fill="none" stroke="currentColor" strokeWidth="5" strokeLinecap="round" d="M23.4 8.6a10.5 10.5 0 1 0 0 14.8" />
      <circle cx="26" cy="16" r="3.5" fill="currentColor" />
    </svg>
  );
}
