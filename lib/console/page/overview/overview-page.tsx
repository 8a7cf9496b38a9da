export const OverviewPage = () => <h1>Overview</h1>;
