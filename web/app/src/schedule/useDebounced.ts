// A value that follows another once that has rested.
import { useEffect, useState } from 'react';

export function useDebounced<T>(value: T, restMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => { setSettled(value); }, restMs);
    return () => { window.clearTimeout(timer); };
  }, [value, restMs]);
  return settled;
}
