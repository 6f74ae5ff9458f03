// The few signs that stand beside or instead of a word; all decorative, the name comes from the control.
function Icon({ d }: { d: string }) {
  return (
    <svg className="icon" width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" d={d} />
    </svg>
  );
}

export const ChevronDown = () => <Icon d="m5 8 5 5 5-5" />;
export const ChevronLeft = () => <Icon d="m12 5-5 5 5 5" />;
export const ChevronRight = () => <Icon d="m8 5 5 5-5 5" />;
export const CalendarIcon = () => <Icon d="M4 5h12v11H4zM4 8.5h12M7 3v3M13 3v3" />;
export const Cross = () => <Icon d="m5 5 10 10M15 5 5 15" />;
export const Check = () => <Icon d="m4 10.5 4 4 8-9" />;
export const Plus = () => <Icon d="M10 4v12M4 10h12" />;
export const Minus = () => <Icon d="M4 10h12" />;
export const Warning = () => <Icon d="M10 3 2.5 16.5h15zM10 8v4M10 14.2v.1" />;
export const Info = () => <Icon d="M10 2.5a7.500 7.500 0 1 0 0 15 7.500 7.500 0 0 0 0-15zM10 9.500v4M10 6.500v.1" />;
export const Repeat = () => <Icon d="M4 9V8a3 3 0 0 1 3-3h8M12.5 2.5 15 5l-2.5 2.5M16 11v1a3 3 0 0 1-3 3H5M7.500 12.500 5 15l2.500 2.500" />;
