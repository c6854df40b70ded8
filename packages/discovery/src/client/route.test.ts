import { describe, expect, test } from 'vitest';
import { Route } from './route.ts';

describe('the route to the service', () => {
  test('is the configured one until it redirects', () => {
    const route = new Route('home:1');
    route.failed();
    expect(route.endpoint).toBe('home:1');
    route.redirect('away:1');
    expect(route.endpoint).toBe('away:1');
  });

  test('alternates while neither end works', () => {
    const route = new Route('home:1');
    route.redirect('away:1');
    const tried = [1, 2, 3, 4].map(() => {
      route.failed();
      return route.endpoint;
    });
    expect(tried).toEqual(['home:1', 'away:1', 'home:1', 'away:1']);
  });

  test('leads home when it is sent home', () => {
    const route = new Route('home:1');
    route.redirect('away:1');
    route.redirect('home:1');
    expect(route.endpoint).toBe('home:1');
    route.failed();
    expect(route.endpoint).toBe('away:1');
  });

  test('forgets a redirect that home does not give any more', () => {
    const route = new Route('home:1');
    route.redirect('away:1');
    route.settled();
    route.failed();
    expect(route.endpoint).toBe('home:1');
    route.settled();
    route.failed();
    expect(route.endpoint).toBe('home:1');
  });
});
