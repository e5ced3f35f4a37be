/** Disabling somebody or something, and enabling them again: what it means, and a button that names them. */
import { Button } from '@mantine/core';

export interface SwitchCardProps {
  readonly name: string;
  readonly isDisabled: boolean;
  /** What the button will bring about. */
  readonly meaning: string;
  readonly isOff: boolean;
  readonly onSwitch: (to: 'enable' | 'disable') => void;
}

export function SwitchCard({ name, isDisabled, meaning, isOff, onSwitch }: SwitchCardProps) {
  const words = isDisabled ? 'Enable' : 'Disable';
  return (
    <section className="card stack" aria-labelledby="switch">
      <h3 id="switch">{words}</h3>
      <p>{meaning}</p>
      <p>
        <Button variant="default" disabled={isOff} onClick={() => onSwitch(isDisabled ? 'enable' : 'disable')}>
          {words} {name}
        </Button>
      </p>
    </section>
  );
}
